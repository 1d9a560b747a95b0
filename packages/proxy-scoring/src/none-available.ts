import type { Entry } from './entry.ts'
import { ProxyScoringError } from './errors.ts'
import type { SteadyClock } from './time.ts'

/** Says why no proxy could be leased and when that may change. */
export function noneAvailable(
  fitting: Iterable<Entry>,
  at: {
    now: number
    clock: SteadyClock
    exclude: readonly string[] | undefined
    size: number
    maxInflight: number
  },
): ProxyScoringError {
  const excluded = new Set(at.exclude)
  let left = 0
  let busy = 0
  let isolated = 0
  let earliest = Number.POSITIVE_INFINITY
  for (const { circuit, inflight, proxy } of fitting) {
    if (excluded.size > 0 && excluded.has(proxy.id)) continue
    left += 1
    if (circuit.isolated) isolated += 1
    else {
      if (inflight >= at.maxInflight) busy += 1
      earliest = Math.min(earliest, circuit.admitsAt(at.now))
    }
  }
  if (left === 0)
    return new ProxyScoringError('PROXY_NONE_AVAILABLE', 'No proxy fits the request.', {
      hint:
        at.size === 0 ? 'Add a proxy.' : 'Ask for less (protocol, region, tags, exclude), or add a proxy that fits.',
    })
  if (earliest === Number.POSITIVE_INFINITY)
    return new ProxyScoringError('PROXY_NONE_AVAILABLE', `All ${left} proxies that fit are isolated.`, {
      hint: 'Release one.',
    })
  const retryAt = at.clock.toSource(earliest)
  const shutOut = left - busy - isolated
  return new ProxyScoringError(
    'PROXY_NONE_AVAILABLE',
    `None of ${left} proxies that fit is free: ${shutOut} shut out for failures, ${busy} at their limit of ${at.maxInflight} leases, ${isolated} isolated. Earliest retry: ${new Date(retryAt).toISOString()}.`,
    {
      retryAt,
      hint: busy > 0 ? 'Try again when a lease has ended, or add proxies.' : 'Try again then, or add proxies.',
    },
  )
}
