import type { Clock, Instant } from './types.ts'

interface WakeUp {
  readonly at: Instant
  readonly wake: () => void
}

/** Taken at load, so that faked globals cannot stop the clock of the test that fakes them. */
const macrotask = setImmediate

/** A clock that a test moves by hand. Time stands still between the calls. */
export class ManualClock implements Clock {
  #now: Instant
  readonly #wakeUps = new Set<WakeUp>()

  /** @param now where it starts, epoch ms; default 2026-01-01T00:00:00Z. */
  constructor(now: Instant = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): Instant {
    return this.#now
  }

  wakeAt(at: Instant, wake: () => void): () => void {
    const wakeUp = { at, wake }
    this.#wakeUps.add(wakeUp)
    return () => this.#wakeUps.delete(wakeUp)
  }

  /** How many wake-ups are armed. */
  get armed(): number {
    return this.#wakeUps.size
  }

  /** Moves on by `ms`, stopping at every wake-up in its order and letting what it started settle. */
  async advance(ms: number): Promise<void> {
    await this.advanceTo(this.#now + ms)
  }

  /** Moves on to `instant`, stopping at every wake-up in its order and letting what it started settle. */
  async advanceTo(instant: Instant): Promise<void> {
    await flush()
    for (let next = this.#earliest(); next !== undefined && next.at <= instant; next = this.#earliest()) {
      this.#now = Math.max(this.#now, next.at)
      this.#wakeUps.delete(next)
      next.wake()
      await flush()
    }
    this.#now = Math.max(this.#now, instant)
  }

  /** Sets the time at once, back or forth, as a suspend or a clock that is set would; then wakes what is due. */
  async jumpTo(instant: Instant): Promise<void> {
    await flush()
    this.#now = instant
    await this.advanceTo(instant)
  }

  #earliest(): WakeUp | undefined {
    let earliest: WakeUp | undefined
    for (const wakeUp of this.#wakeUps) if (earliest === undefined || wakeUp.at < earliest.at) earliest = wakeUp
    return earliest
  }
}

/** Lets promises run that are already on their way. */
function flush(): Promise<void> {
  return new Promise((resolve) => macrotask(resolve))
}
