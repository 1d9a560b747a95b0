import { setTimeout as delay } from 'node:timers/promises'

/** Reads time and waits: injected, so that tests never do. */
export interface ContextClock {
  /** Epoch milliseconds; never goes back. */
  now(): number
  /** Rejects when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: ContextClock = {
  now: () => performance.timeOrigin + performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
}
