import type { Instant } from '../types.ts'

/** A series of due instants. */
export interface Times {
  /** The first one after `after`; none where the series is over. */
  next(after: Instant): Instant | undefined
}

/** One instant. */
export function once(at: Instant): Times {
  return { next: (after) => (after < at ? at : undefined) }
}

/** `anchor` and every `everyMs` after it; counted from the anchor, so it does not drift. */
export function every(everyMs: number, anchor: Instant): Times {
  return {
    next: (after) => (after < anchor ? anchor : anchor + (Math.floor((after - anchor) / everyMs) + 1) * everyMs),
  }
}

/** The part of a series from `start` on and before `end`. */
export function within(times: Times, start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY): Times {
  if (start === Number.NEGATIVE_INFINITY && end === Number.POSITIVE_INFINITY) return times
  return {
    next: (after) => {
      const next = times.next(after < start ? start - 1 : after)
      return next !== undefined && next < end ? next : undefined
    },
  }
}
