import type { Clock } from '../time.ts'

/** A clock that a test sets by hand. */
export class ManualClock implements Clock {
  time: number

  constructor(time = Date.UTC(2026, 0, 1)) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  advance(ms: number): void {
    this.time += ms
  }
}
