/** Reads time and wakes up: the only door to the system's clock and timers. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `wake` once, at or after `at` (epoch milliseconds). The returned function takes it back. */
  wakeAt(at: number, wake: () => void): () => void
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
