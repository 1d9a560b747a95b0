import { classifyFailure } from './classify.ts'
import { callOut } from './emitter.ts'
import { ProxyScoringError } from './errors.ts'
import type { ProxyFilter } from './filter.ts'
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
  /** Proxies that are tried at most, from 1. Default 3. With more `groups` than that, one in each. */
  readonly maxAttempts?: number
  /** Last of all, try once without a proxy. Default false. */
  readonly direct?: boolean
  /** Hears of every try that ended. What it throws changes nothing. */
  readonly onAttempt?: (report: FailoverReport) => void
  /** Whose fault an error is; `proxy` is `undefined` with a direct connection. Default `classifyFailure`. */
  readonly classify?: (error: unknown, proxy: EgressProxy | undefined) => FailureReason
  /** Ends the chain: no further try is begun. */
  readonly signal?: AbortSignal
  /** Monotonic ms. Default `performance.now`. */
  readonly timer?: () => number
}

/**
 * Uses one proxy after the other until one does it: only a fault of the proxy leads on to the next. A site's refusal, the site's own
 * failure, a cancellation and an unknown error are thrown as they are, at once. Each of the `groups` gets its try: the first takes what is left
 * when one try is kept for each of the others.
 * @throws what `use` threw; ProxyScoringError `PROXY_NONE_AVAILABLE` when there was nobody for the first try,
 *   `PROXY_FAILOVER_EXHAUSTED` (its `cause` holds the errors in order) when all tries failed by their proxies' faults
 */
export async function withFailover<T>(
  scorer: ProxyScorer,
  use: (attempt: FailoverAttempt) => Promise<T>,
  options: FailoverOptions = {},
): Promise<T> {
  const { maxAttempts = 3, direct = false, groups = [], signal } = options
  if (!(maxAttempts >= 1))
    throw new ProxyScoringError('PROXY_OPTION_INVALID', `The option maxAttempts can't be ${maxAttempts}.`, {
      hint: 'It is a number from 1.',
    })
  const limit = Math.max(Math.floor(maxAttempts), groups.length)
  const tried = [...(options.exclude ?? [])]
  const errors: unknown[] = []
  let number = 1
  for (; number <= limit; number += 1) {
    signal?.throwIfAborted()
    const lease = await nextLease(scorer, { ...options, groups: groupsFor(number, limit, groups), exclude: tried })
    if (lease instanceof ProxyScoringError) {
      if (number === 1 && !direct) throw lease
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
  const result = await attempt(use, { number, proxy: null, lease: null }, options)
  if ('value' in result) return result.value
  throw result.error
}

/** The groups in the order in which this try asks them: one whose turn is over only when the later ones have nobody. */
function groupsFor(number: number, limit: number, groups: readonly ProxyFilter[]): readonly ProxyFilter[] {
  const first = Math.max(0, number - 1 - (limit - groups.length))
  return [...groups.slice(first), ...groups.slice(0, first)]
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
  // The use is done, a second one might be a second sign-up: who only hears of it must not undo it.
  const report = (told: FailoverReport): void => callOut('onAttempt of withFailover', () => onAttempt?.(told))
  const about = { number: one.number, proxyId: one.proxy?.id ?? null }
  let value: T
  try {
    value = await use(one)
  } catch (error) {
    const elapsedMs = since(began, timer)
    const known = lease?.outcome
    // A report of the caller's own is better informed than the error's text.
    const told = known?.kind === 'failure' ? known.reason : undefined
    const found = told ?? (options.signal?.aborted ? 'cancelled' : classify(error, one.proxy ?? undefined))
    // Without a proxy there is none to blame.
    const reason = one.proxy === null && isProxyFault(found) ? 'target' : found
    lease?.fail(reason)
    report({ ...about, ok: false, reason, elapsedMs })
    return { error, reason }
  }
  const elapsedMs = since(began, timer)
  lease?.succeed(elapsedMs)
  report({ ...about, ok: true, reason: null, elapsedMs })
  return { value }
}

/** A timer that was set back must not make an error of a success. */
function since(began: number, timer: () => number): number {
  return Math.max(0, timer() - began)
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
