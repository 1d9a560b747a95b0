import { setTimeout as delay } from 'node:timers/promises'

/** Reads time and waits: injected, so that tests never do. */
export interface ContextClock {
  /** Epoch milliseconds; never goes back. */
  now(): number
  /** Rejects when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** What a timer of Node can hold; a longer one would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: ContextClock = {
  now: () => performance.timeOrigin + performance.now(),
  async wait(ms, signal) {
    for (let left = ms; ; left -= LONGEST_TIMER_MS) {
      await delay(Math.min(left, LONGEST_TIMER_MS), undefined, { signal })
      if (left <= LONGEST_TIMER_MS) return
    }
  },
}
