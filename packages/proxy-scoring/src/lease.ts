import { ProxyScoringError } from './errors.ts'
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
  readonly #settle: (outcome: LeaseOutcome) => boolean

  /** Made by `ProxyScorer.acquire`. */
  constructor(
    id: string,
    proxy: EgressProxy,
    acquiredAt: number,
    expiresAt: number,
    settle: (outcome: LeaseOutcome) => boolean,
  ) {
    this.id = id
    this.proxy = proxy
    this.acquiredAt = acquiredAt
    this.expiresAt = expiresAt
    this.#settle = settle
  }

  /**
   * The use succeeded.
   * @param latencyMs a finite number from 0
   * @returns whether it was counted
   * @throws ProxyScoringError `PROXY_LATENCY_INVALID`; the lease is still held then
   */
  succeed(latencyMs: number): boolean {
    if (!Number.isFinite(latencyMs) || latencyMs < 0)
      throw new ProxyScoringError('PROXY_LATENCY_INVALID', 'A latency is a finite number of milliseconds from 0.', {
        hint: 'Measure with performance.now() and report the difference.',
      })
    return this.#settle({ kind: 'success', latencyMs })
  }

  /**
   * The use failed.
   * @returns whether the lease was still held; whether it counts against the proxy depends on the reason
   * @throws ProxyScoringError `PROXY_REASON_INVALID`; the lease is still held then
   */
  fail(reason: FailureReason): boolean {
    return this.#settle({ kind: 'failure', reason, counted: isProxyFault(reason) })
  }

  [Symbol.dispose](): void {
    this.#settle({ kind: 'unreported' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#settle({ kind: 'unreported' })
  }
}
