import { classifyFailure } from './classify.ts'
import { ProxyScoringError } from './errors.ts'
import type { ProxyLease } from './lease.ts'
import { type FailureReason, isProxyFault } from './outcome.ts'
import type { EgressProxy } from './proxy.ts'
import type { ProxyScorer } from './scorer.ts'
import type { AcquireOptions } from './types.ts'

/** One try of a failover chain. */
export interface FailoverAttempt {
  /** Counted from 1. */
  readonly number: number
  /** `null`: a direct connection, without a proxy. */
  readonly proxy: EgressProxy | null
  /** For reports of your own; what is not reported is told from success and error. `null` with a direct connection. */
  readonly lease: ProxyLease | null
}

/** How a try ended. */
export interface FailoverReport {
  readonly number: number
  /** `null`: direct. */
  readonly proxyId: string | null
  readonly ok: boolean
  readonly reason: FailureReason | null
  readonly elapsedMs: number
}

export interface FailoverOptions extends AcquireOptions {
  /** Proxies that are tried at most, from 1. Default 3. */
  readonly maxAttempts?: number
  /** Last of all, try once without a proxy. Default false. */
  readonly direct?: boolean
  /** Hears of every try that ended. */
  readonly onAttempt?: (report: FailoverReport) => void
  /** Whose fault an error is. Default `classifyFailure`. */
  readonly classify?: (error: unknown) => FailureReason
  /** Ends the chain: no further try is begun. */
  readonly signal?: AbortSignal
  /** Monotonic ms. Default `performance.now`. */
  readonly timer?: () => number
}

/**
 * Uses one proxy after the other until one does it: only a fault of the proxy leads on to the next. A site's refusal, the site's own
 * failure, a cancellation and an unknown error are thrown as they are, at once.
 * @throws what `use` threw; ProxyScoringError `PROXY_NONE_AVAILABLE` when there was nobody for the first try,
 *   `PROXY_FAILOVER_EXHAUSTED` (its `cause` holds the errors in order) when all tries failed by their proxies' faults
 */
export async function withFailover<T>(
  scorer: ProxyScorer,
  use: (attempt: FailoverAttempt) => Promise<T>,
  options: FailoverOptions = {},
): Promise<T> {
  const { maxAttempts = 3, direct = false, signal } = options
  if (!(maxAttempts >= 1))
    throw new ProxyScoringError('PROXY_OPTION_INVALID', `The option maxAttempts can't be ${maxAttempts}.`, {
      hint: 'It is a number from 1.',
    })
  const tried = [...(options.exclude ?? [])]
  const errors: unknown[] = []
  for (let number = 1; number <= maxAttempts; number += 1) {
    signal?.throwIfAborted()
    const lease = await nextLease(scorer, { ...options, exclude: tried })
    if (lease instanceof ProxyScoringError) {
      if (errors.length === 0 && !direct) throw lease
      errors.push(lease)
      break
    }
    tried.push(lease.proxy.id)
    const result = await attempt(use, { number, proxy: lease.proxy, lease }, options)
    if ('value' in result) return result.value
    if (!isProxyFault(result.reason)) throw result.error
    errors.push(result.error)
  }
  signal?.throwIfAborted()
  if (!direct) throw exhausted(errors)
  const result = await attempt(use, { number: errors.length + 1, proxy: null, lease: null }, options)
  if ('value' in result) return result.value
  throw result.error
}

async function nextLease(scorer: ProxyScorer, options: AcquireOptions): Promise<ProxyLease | ProxyScoringError> {
  try {
    return await scorer.acquire(options)
  } catch (error) {
    if (error instanceof ProxyScoringError && error.code === 'PROXY_NONE_AVAILABLE') return error
    throw error
  }
}

async function attempt<T>(
  use: (attempt: FailoverAttempt) => Promise<T>,
  one: FailoverAttempt,
  options: FailoverOptions,
): Promise<{ value: T } | { error: unknown; reason: FailureReason }> {
  const { timer = () => performance.now(), classify = classifyFailure, onAttempt } = options
  using lease = one.lease
  const began = timer()
  const told = { number: one.number, proxyId: one.proxy?.id ?? null }
  let value: T
  try {
    value = await use(one)
  } catch (error) {
    const elapsedMs = timer() - began
    const known = lease?.outcome
    // A report of the caller's own is better informed than the error's text.
    const reason = known?.kind === 'failure' ? known.reason : options.signal?.aborted ? 'cancelled' : classify(error)
    lease?.fail(reason)
    onAttempt?.({ ...told, ok: false, reason, elapsedMs })
    return { error, reason }
  }
  const elapsedMs = timer() - began
  lease?.succeed(elapsedMs)
  onAttempt?.({ ...told, ok: true, reason: null, elapsedMs })
  return { value }
}

function exhausted(errors: readonly unknown[]): ProxyScoringError {
  const tries = errors.filter((error) => !isNoneAvailable(error)).length
  const last = errors.at(-1)
  return new ProxyScoringError(
    'PROXY_FAILOVER_EXHAUSTED',
    `${tries} ${tries === 1 ? 'proxy' : 'proxies'} failed one after the other${isNoneAvailable(last) ? ', and no other is free' : ''}.`,
    {
      hint: 'Look at scores(): check the proxies, or add some.',
      cause: new AggregateError(errors, 'The errors of the attempts, in order'),
      ...(last instanceof ProxyScoringError && last.retryAt !== undefined ? { retryAt: last.retryAt } : {}),
    },
  )
}

function isNoneAvailable(error: unknown): error is ProxyScoringError {
  return error instanceof ProxyScoringError && error.code === 'PROXY_NONE_AVAILABLE'
}
