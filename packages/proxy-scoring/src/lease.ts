import { ProxyScoringError } from './errors.ts'
import type { LeaseRecord } from './lease-book.ts'
import { type FailureReason, isProxyFault } from './outcome.ts'
import type { EgressProxy } from './proxy.ts'

/** How a lease ended. */
export type LeaseOutcome =
  | { readonly kind: 'success'; readonly latencyMs: number }
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly counted: boolean }
  /** Disposed without a report: counts for nothing. */
  | { readonly kind: 'unreported' }
  /** Not reported in time: counts for nothing. */
  | { readonly kind: 'expired' }
  /** Its proxy was removed: counts for nothing. */
  | { readonly kind: 'removed' }

/** Ends a lease; `false` when it had ended. */
export type Settle = (record: LeaseRecord, outcome: LeaseOutcome) => boolean

/** Letters and digits, so that it can be part of a host name. */
export function leaseId(record: LeaseRecord): string {
  return `l${record.number.toString(36)}`
}

/**
 * One use of one proxy. It is `held` until its first report, its disposal or its expiry, whichever comes first; all later calls are
 * no-ops that return `false`.
 */
export class ProxyLease implements Disposable, AsyncDisposable {
  /** Unique in this scorer; letters and digits only. */
  readonly id: string
  readonly proxy: EgressProxy
  /** Epoch ms. */
  readonly acquiredAt: number
  /** Epoch ms; after it the lease counts as leaked and its place is given away. */
  readonly expiresAt: number
  readonly #record: LeaseRecord
  readonly #settle: Settle
  #outcome: LeaseOutcome | undefined

  /** Made by `ProxyScorer.acquire`. */
  constructor(record: LeaseRecord, acquiredAt: number, expiresAt: number, settle: Settle) {
    this.id = leaseId(record)
    this.proxy = record.entry.proxy
    this.acquiredAt = acquiredAt
    this.expiresAt = expiresAt
    this.#record = record
    this.#settle = settle
  }

  /** What was reported through this lease; `undefined` before, and after an expiry or its proxy's removal. */
  get outcome(): LeaseOutcome | undefined {
    return this.#outcome
  }

  /**
   * The use succeeded.
   * @param latencyMs a finite number from 0
   * @returns whether it was counted
   * @throws ProxyScoringError `PROXY_LATENCY_INVALID`; the lease is still held then
   */
  succeed(latencyMs: number): boolean {
    checkLatency(latencyMs)
    return this.#end({ kind: 'success', latencyMs })
  }

  /**
   * The use failed.
   * @returns whether the lease was still held; whether it counts against the proxy depends on the reason
   * @throws ProxyScoringError `PROXY_REASON_INVALID`; the lease is still held then
   */
  fail(reason: FailureReason): boolean {
    return this.#end({ kind: 'failure', reason, counted: isProxyFault(reason) })
  }

  [Symbol.dispose](): void {
    this.#end({ kind: 'unreported' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end({ kind: 'unreported' })
  }

  #end(outcome: LeaseOutcome): boolean {
    const held = this.#settle(this.#record, outcome)
    if (held) this.#outcome = outcome
    return held
  }
}

/** @throws ProxyScoringError `PROXY_LATENCY_INVALID` */
export function checkLatency(latencyMs: number): void {
  if (Number.isFinite(latencyMs) && latencyMs >= 0) return
  throw new ProxyScoringError('PROXY_LATENCY_INVALID', 'A latency is a finite number of milliseconds from 0.', {
    hint: 'Measure with performance.now() and report the difference.',
  })
}
