import type { Times } from '../triggers/times.ts'
import type { Instant, MisfirePolicy } from '../types.ts'

/** A minute: longer than any pause of a healthy process, so that only real outages count as such. */
export const DEFAULT_GRACE_MS = 60_000
export const DEFAULT_LIMIT = 100

/** What happens to due times that came up while nobody looked. All lists are oldest first. */
export interface MisfirePlan {
  /** Recorded as `cancelled`, reason `missed`. */
  readonly missed: readonly Instant[]
  /** Fired now; under `all` they wait for each other. */
  readonly fire: readonly Instant[]
}

/**
 * Plans for the due times from `first` (itself due, and later than the grace) to `now`. Under `once` the latest one
 * stands for all; under `skip` only those still within the grace fire; under `all` each does.
 */
export function planMisfire(
  times: Times,
  first: Instant,
  now: Instant,
  policy: MisfirePolicy,
  graceMs: number,
  limit: number,
): MisfirePlan {
  switch (policy) {
    case 'once':
      return { missed: [], fire: [latestDue(times, first, now)] }
    case 'all':
      return { missed: [], fire: latestDues(times, first, now, limit) }
    case 'skip': {
      const dues = latestDues(times, first, now, limit)
      return { missed: dues.filter((due) => now - due > graceMs), fire: dues.filter((due) => now - due <= graceMs) }
    }
  }
}

/** The latest due time in [first, now], `first` being one; found by bisection, since outages can span millions. */
export function latestDue(times: Times, first: Instant, now: Instant): Instant {
  let low = first - 1
  let due = first
  let high = now
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const next = times.next(middle)
    if (next !== undefined && next <= now) {
      due = next
      low = Math.max(middle, due - 1)
    } else {
      high = middle
    }
  }
  return due
}

/** The latest due times in [first, now], `limit` at most; looks further and further back until there are enough. */
function latestDues(times: Times, first: Instant, now: Instant, limit: number): Instant[] {
  for (let spanMs = 1000; ; spanMs *= 2) {
    const from = Math.max(first - 1, now - spanMs)
    const dues = lastOf(times, from, now, limit)
    if (dues.length === limit || from === first - 1) return dues
  }
}

function lastOf(times: Times, from: Instant, to: Instant, limit: number): Instant[] {
  const dues: Instant[] = []
  for (let next = times.next(from); next !== undefined && next <= to; next = times.next(next)) {
    dues.push(next)
    // Cut now and then, not each time: a shift per due time would cost as much as the search.
    if (dues.length >= 2 * limit) dues.splice(0, limit)
  }
  return dues.slice(-limit)
}
