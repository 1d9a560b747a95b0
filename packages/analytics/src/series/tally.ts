const minuteMs = 60_000
const hourMs = 3_600_000
/** A day and more in minutes, 32 days in hours. */
const minuteSlots = 1_536
const hourSlots = 768

/** Bytes of a tally, in samples of 16 bytes. */
export const tallySamples = Math.ceil(((minuteSlots + hourSlots) * 20) / 16)

/** What a tally knows of a range. */
export interface Tallied {
  /** Where what was counted begins, epoch ms. */
  readonly since: number
  /** Where it ends, excluded; Infinity where it goes on to the newest sample. */
  readonly until: number
  readonly count: number
  /** Samples above 0. */
  readonly successes: number
  /** Of the values; of a counter, how much it grew. */
  readonly sum: number
}

/** Sums by unit of time: a ring in which each slot knows its unit. */
class Slots {
  readonly #unitMs: number
  readonly #size: number
  /** Units since the epoch, plus 1; 0 is empty. */
  readonly #units: Uint32Array
  readonly #counts: Uint32Array
  readonly #successes: Uint32Array
  readonly #sums: Float64Array
  newest = 0

  constructor(unitMs: number, size: number) {
    this.#unitMs = unitMs
    this.#size = size
    this.#units = new Uint32Array(size)
    this.#counts = new Uint32Array(size)
    this.#successes = new Uint32Array(size)
    this.#sums = new Float64Array(size)
  }

  /** The oldest unit that it can still hold. */
  get oldest(): number {
    return this.newest - this.#size + 1
  }

  unitOf(at: number): number {
    return Math.floor(at / this.#unitMs)
  }

  add(unit: number, count: number, successes: number, sum: number): void {
    if (unit > this.newest) this.newest = unit
    if (unit < this.oldest) return
    const slot = unit % this.#size
    if (this.#units[slot] !== unit + 1) {
      this.#units[slot] = unit + 1
      this.#counts[slot] = 0
      this.#successes[slot] = 0
      this.#sums[slot] = 0
    }
    ;(this.#counts[slot] as number) += count
    ;(this.#successes[slot] as number) += successes
    ;(this.#sums[slot] as number) += sum
  }

  /** Adds the units `from <= unit < to` to the first three of `into`. */
  gather(from: number, to: number, into: { count: number; successes: number; sum: number }): void {
    const end = Math.min(to, this.newest + 1)
    for (let unit = Math.max(from, this.oldest, 0); unit < end; unit += 1) {
      const slot = unit % this.#size
      if (this.#units[slot] !== unit + 1) continue
      into.count += this.#counts[slot] as number
      into.successes += this.#successes[slot] as number
      into.sum += this.#sums[slot] as number
    }
  }
}

/**
 * What the samples of one series amount to, by minute for a day and by hour for 32 days: what is left in memory of
 * samples that its ring has overwritten.
 */
export class Tally {
  readonly #growth: boolean
  readonly #minutes = new Slots(minuteMs, minuteSlots)
  readonly #hours = new Slots(hourMs, hourSlots)
  #before: number | undefined

  /** @param growth Of a counter: sums are of its growth; a fall counts as a restart from 0. */
  constructor(growth: boolean) {
    this.#growth = growth
  }

  /** Takes in samples in the order of time. */
  addRun(times: Float64Array, values: Float64Array): void {
    let i = 0
    while (i < times.length) {
      const minute = this.#minutes.unitOf(times[i] as number)
      const end = (minute + 1) * minuteMs
      let [count, successes, sum] = [0, 0, 0]
      for (; i < times.length && (times[i] as number) < end; i += 1) {
        const value = values[i] as number
        count += 1
        if (value > 0) successes += 1
        sum += this.#growth ? this.#grown(value) : value
      }
      this.addMinute(minute * minuteMs, count, successes, sum)
    }
  }

  /** @param at Beginning of the minute, epoch ms. */
  addMinute(at: number, count: number, successes: number, sum: number, hourToo = true): void {
    this.#minutes.add(this.#minutes.unitOf(at), count, successes, sum)
    if (hourToo) this.addHour(at, count, successes, sum)
  }

  addHour(at: number, count: number, successes: number, sum: number): void {
    this.#hours.add(this.#hours.unitOf(at), count, successes, sum)
  }

  /** What a counter grew from its sample before to `first`; the next one is compared with `last`. */
  step(first: number, last: number): number {
    const grown = this.#grown(first)
    this.#before = last
    return grown
  }

  /**
   * The minutes that lie in `since <= at < until`, and before them the hours, where minutes no longer reach back as far.
   * Both ends are rounded down, to whole minutes or hours.
   */
  between(since: number, until: number): Tallied {
    const into = { count: 0, successes: 0, sum: 0 }
    const [minutes, hours] = [this.#minutes, this.#hours]
    const first = minutes.unitOf(since)
    const end = minutes.unitOf(until)
    if (first >= minutes.oldest) {
      minutes.gather(first, end, into)
      return { ...into, since: first * minuteMs, until: end * minuteMs }
    }
    const firstHour = Math.max(hours.unitOf(since), hours.oldest)
    const endHour = hours.unitOf(until)
    const turn = Math.ceil((minutes.oldest * minuteMs) / hourMs)
    hours.gather(firstHour, Math.min(turn, endHour), into)
    minutes.gather(turn * 60, end, into)
    return { ...into, since: firstHour * hourMs, until: endHour < turn ? endHour * hourMs : end * minuteMs }
  }

  #grown(value: number): number {
    const before = this.#before ?? value
    this.#before = value
    return value >= before ? value - before : value
  }
}
