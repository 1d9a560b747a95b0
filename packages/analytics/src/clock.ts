import { performance } from 'node:perf_hooks'

/** Reads time and wakes up: the only door to the system's clock and timers. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `wake` once, at or after `at` (epoch milliseconds). The returned function takes it back. */
  wakeAt(at: number, wake: () => void): () => void
}

/** How old a reading of the wall clock may be, ms: a tenth of what it resolves. */
const freshMs = 0.1

/**
 * What `wall` gives, at most 0.1 ms late. Recording reads the time for each sample, and that is most of its cost; the
 * monotonic clock is the cheaper one to read, and says whether the last reading of the other still holds.
 */
export function steadyReader(wall: () => number, monotonic: () => number): () => number {
  let readAt = Number.NEGATIVE_INFINITY
  let reading = 0
  return () => {
    const now = monotonic()
    if (now - readAt >= freshMs) {
      readAt = now
      reading = wall()
    }
    return reading
  }
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: steadyReader(
    () => Date.now(),
    () => performance.now(),
  ),
  wakeAt(at, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
