import { performance } from 'node:perf_hooks'

/** Reads time and wakes up: the only door to the system's clock and timers. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /**
   * As `now`, for hot paths: within one synchronous stretch of calls in quick succession it may give the same reading up to
   * `burst` times. Default: `now`.
   */
  quickNow?(): number
  /** Calls `wake` once, at or after `at` (epoch milliseconds). The returned function takes it back. */
  wakeAt(at: number, wake: () => void): () => void
}

/** How old a reading of the wall clock may be, ms: a tenth of what it resolves. */
const freshMs = 0.1

/**
 * What `wall` gives, at most 0.1 ms late. Recording reads the time for each sample, and that is most of its cost; the
 * monotonic clock is the cheaper one to read, and says whether the last reading of the other still holds. Who has read that
 * one already hands it in.
 */
export function steadyReader(wall: () => number, monotonic: () => number): (monotonicNow?: number) => number {
  let readAt = Number.NEGATIVE_INFINITY
  let reading = 0
  return (now = monotonic()) => {
    if (now - readAt >= freshMs) {
      readAt = now
      reading = wall()
    }
    return reading
  }
}

/** Calls that share a reading at most. */
export const burst = 16

/**
 * Reads `exact` anew for each call, unless calls follow one another within a tenth of a millisecond: then for each second
 * one, each fourth, up to each 16th. Whatever the loop turns to next begins with a new reading. So a sample carries an
 * old time only where a burst of samples, a pause and a further sample come in one synchronous stretch.
 */
export function burstReader(
  exact: (monotonicNow: number) => number,
  monotonic: () => number,
  atTurn: (reset: () => void) => void,
) {
  let reading = 0
  let readAt = Number.NEGATIVE_INFINITY
  let stride = 1
  let left = 0
  let waiting = false
  const reset = (): void => {
    waiting = false
    left = 0
    stride = 1
    readAt = Number.NEGATIVE_INFINITY
  }
  const read = (): number => {
    const now = monotonic()
    stride = now - readAt < freshMs ? Math.min(burst, stride * 2) : 1
    readAt = now
    left = stride - 1
    if (left > 0 && !waiting) {
      waiting = true
      atTurn(reset)
    }
    reading = exact(now)
    return reading
  }
  return (): number => {
    if (left === 0) return read()
    left -= 1
    return reading
  }
}

const readSystem = steadyReader(
  () => Date.now(),
  () => performance.now(),
)

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => readSystem(),
  quickNow: burstReader(readSystem, () => performance.now(), queueMicrotask),
  wakeAt(at, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
