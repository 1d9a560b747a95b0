import type { Clock } from '../clock.ts'

interface Alarm {
  readonly at: number
  readonly wake: () => void
}

/** A clock that moves only when it is told to: tests never sleep. */
export class ManualClock implements Clock {
  #now: number
  #alarms: Alarm[] = []

  /** @param now Epoch milliseconds; by default 2026-01-01T00:00:00Z. */
  constructor(now = 1_767_225_600_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  wakeAt(at: number, wake: () => void): () => void {
    const alarm = { at, wake }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm)
    }
  }

  /** Moves on by `ms` and rings every alarm that came due, in the order of their times. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = this.#alarms.filter((alarm) => alarm.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#alarms = this.#alarms.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      due.wake()
    }
    this.#now = end
  }

  /** Jumps to `now`, also backwards, without ringing anything: what a correction of the system's clock does. */
  jumpTo(now: number): void {
    this.#now = now
  }
}
