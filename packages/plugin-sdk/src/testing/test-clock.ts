import type { ContextClock } from '../host/clock.ts'

interface Waiting {
  readonly at: number
  readonly wake: () => void
}

/** A clock that stands still until it is told to go on, or jumps over each wait at once. */
export class TestClock implements ContextClock {
  #now: number
  #waiting: Waiting[] = []
  /** Milliseconds of each wait, in order. */
  readonly waits: number[] = []
  /** Whether a wait is jumped over: it takes no real time, and the clock is later by it. */
  autoAdvance: boolean

  constructor({ now = Date.UTC(2026, 0, 1), autoAdvance = true }: { now?: number; autoAdvance?: boolean } = {}) {
    this.#now = now
    this.autoAdvance = autoAdvance
  }

  now(): number {
    return this.#now
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms)
    signal.throwIfAborted()
    if (this.autoAdvance) {
      this.advance(ms)
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting: Waiting = { at: this.#now + ms, wake: resolve }
    const stop = () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting)
      reject(signal.reason)
    }
    this.#waiting.push(waiting)
    signal.addEventListener('abort', stop, { once: true })
    await promise.finally(() => signal.removeEventListener('abort', stop))
  }

  /** Goes on by `ms`, and wakes what is due by then, in order. */
  advance(ms: number): void {
    this.#now += Math.max(0, ms)
    const due = this.#waiting.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at)
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now)
    for (const { wake } of due) wake()
  }
}
