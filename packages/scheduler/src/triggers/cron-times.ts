import type { Instant } from '../types.ts'
import type { Times } from './times.ts'
import type { WallPattern } from './wall-pattern.ts'
import type { WallTime, Zone } from './zone.ts'

/** The years that a pattern can name; zones and dates have no answer far beyond them. */
const FIRST_INSTANT = Date.parse('0001-01-02T00:00:00Z')
const LAST_INSTANT = Date.parse('9999-12-30T00:00:00Z')

/**
 * A cron pattern in a zone. Where clocks change:
 * - set forward: what falls into the gap is due at the first instant after it, once;
 * - set back: a pattern that repeats (see `WallPattern.repeats`) is due in both passes of the repeated time,
 *   a fixed time in the first one only.
 *
 * Immutable but for a memo of the last answer, so one instance serves every job of the same expression and zone.
 */
export class CronTimes implements Times {
  readonly #pattern: WallPattern
  readonly #zone: Zone
  /** `next` is a step function: for every `after` in [memoFrom, memoNext) the answer is memoNext. */
  #memoFrom: Instant = Number.POSITIVE_INFINITY
  #memoNext: Instant | undefined

  constructor(pattern: WallPattern, zone: Zone) {
    this.#pattern = pattern
    this.#zone = zone
  }

  next(after: Instant): Instant | undefined {
    if (after >= this.#memoFrom && (this.#memoNext === undefined || after < this.#memoNext)) return this.#memoNext
    const next = after < LAST_INSTANT ? this.#compute(Math.max(after, FIRST_INSTANT)) : undefined
    this.#memoFrom = after
    this.#memoNext = next
    return next
  }

  #compute(after: Instant): Instant | undefined {
    const offset = this.#zone.offsetAt(after)
    const ahead = this.#nextShown(after, after + offset)
    const again = this.#pattern.repeats ? this.#nextInSecondPass(after, after + offset) : undefined
    return again !== undefined && (ahead === undefined || again < ahead) ? again : ahead
  }

  /** The first due instant whose wall time lies after `wall`, the wall time at `after`. */
  #nextShown(after: Instant, wall: WallTime): Instant | undefined {
    let match = this.#pattern.next(wall)
    while (match !== undefined) {
      const { first, second } = this.#zone.instantsOf(match)
      if (first > after) return first
      if (second !== undefined && second > after && this.#pattern.repeats) return second
      match = this.#pattern.next(match)
    }
    return undefined
  }

  /** From within the first pass of a repeated time: the first match of the second pass. */
  #nextInSecondPass(after: Instant, wall: WallTime): Instant | undefined {
    const { first, second } = this.#zone.instantsOf(wall)
    if (second === undefined || first !== after) return undefined
    const offset = wall - second
    const start = this.#zone.changeBetween(first, second)
    const end = start + (wall - first)
    const match = this.#pattern.next(start + offset - 1)
    return match !== undefined && match < end ? match - offset : undefined
  }
}
