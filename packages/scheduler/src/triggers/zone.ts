import { SchedulerError } from '../errors.ts'
import type { Instant } from '../types.ts'

/** Wall-clock time of a zone, counted in ms as if it were UTC. */
export type WallTime = number

/** Longer than any offset from UTC, so that the two ends of a change lie on its two sides. */
const BEYOND_ANY_OFFSET_MS = 15 * 3_600_000
/** Width of a cached cell, in ms (3.1 days): no zone changes its offset twice within one. */
const CELL_MS = 2 ** 28
const MOST_CELLS = 8192

/** Every instant at which a wall clock shows a time. */
export type Instants =
  /** An ordinary time; `second` where clocks were set back and it is shown twice. */
  | { readonly first: Instant; readonly second?: Instant; readonly gap: false }
  /** Never shown: clocks were set forward over it. `first` is the first instant after the gap. */
  | { readonly first: Instant; readonly second?: undefined; readonly gap: true }

interface Change {
  readonly at: Instant
  readonly before: number
  readonly after: number
}

/** Offsets of one IANA zone, from Intl's data, cached by cell. */
export class Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #cells = new Map<number, number | Change>()

  constructor(name: string) {
    this.name = name
    this.#format = offsetFormat(name)
  }

  /** Ms to add to an instant for the zone's wall time. */
  offsetAt(instant: Instant): number {
    const cell = this.#cell(Math.floor(instant / CELL_MS))
    if (typeof cell === 'number') return cell
    return instant < cell.at ? cell.before : cell.after
  }

  /** The instants at which the zone's clocks show `wall`. */
  instantsOf(wall: WallTime): Instants {
    const before = this.offsetAt(wall - BEYOND_ANY_OFFSET_MS)
    const after = this.offsetAt(wall + BEYOND_ANY_OFFSET_MS)
    const early = wall - before
    if (before === after) return { first: early, gap: false }
    const late = wall - after
    const earlyShows = this.offsetAt(early) === before
    const lateShows = this.offsetAt(late) === after
    if (earlyShows && lateShows) return { first: early, second: late, gap: false }
    if (earlyShows) return { first: early, gap: false }
    if (lateShows) return { first: late, gap: false }
    return { first: this.changeBetween(late, early), gap: true }
  }

  /** The first instant of the offset that holds at `to`; the offset at `from` has to be another one. */
  changeBetween(from: Instant, to: Instant): Instant {
    const target = this.offsetAt(to)
    let low = Math.floor(from / 1000)
    let high = Math.ceil(to / 1000)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.offsetAt(middle * 1000) === target) high = middle
      else low = middle
    }
    return high * 1000
  }

  #cell(index: number): number | Change {
    const known = this.#cells.get(index)
    if (known !== undefined) return known
    if (this.#cells.size >= MOST_CELLS) this.#cells.clear()
    const cell = this.#measure(index * CELL_MS, (index + 1) * CELL_MS)
    this.#cells.set(index, cell)
    return cell
  }

  #measure(from: Instant, to: Instant): number | Change {
    const before = this.#read(from)
    const after = this.#read(to)
    if (before === after) return before
    let low = Math.floor(from / 1000)
    let high = Math.ceil(to / 1000)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#read(middle * 1000) === before) low = middle
      else high = middle
    }
    return { at: high * 1000, before, after }
  }

  #read(instant: Instant): number {
    const text = this.#format.format(instant)
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? []
    const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -ms : ms
  }
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new SchedulerError(
      'UNKNOWN_TIME_ZONE',
      `There is no time zone ${JSON.stringify(timeZone)}.`,
      'Use an IANA name such as Europe/Berlin, or UTC.',
      { cause },
    )
  }
}
