import type { Evidence, ScoreOptions } from './score.ts'
import { decay } from './time.ts'

/** Numbers per row. Each as a property of its own would be an object of its own, somewhere else in memory. */
const ROW = 11
const ROWS_PER_PAGE = 512

/** Rows of numbers in shared pages; a row that is given back is used again. */
export class RowPages {
  readonly #free: { page: Float64Array; offset: number }[] = []
  #page = new Float64Array(0)
  #used = 0

  take(): { page: Float64Array; offset: number } {
    const free = this.#free.pop()
    if (free !== undefined) {
      free.page.fill(0, free.offset, free.offset + ROW)
      return free
    }
    if (this.#used === this.#page.length) {
      this.#page = new Float64Array(ROW * ROWS_PER_PAGE)
      this.#used = 0
    }
    const offset = this.#used
    this.#used += ROW
    return { page: this.#page, offset }
  }

  give(page: Float64Array, offset: number): void {
    this.#free.push({ page, offset })
  }
}

/** Decayed counts that are brought up to date only when they are read or added to, and what was last made of them. */
export class DecayedEvidence implements Evidence {
  readonly #pages: RowPages
  readonly #page: Float64Array
  readonly #row: number

  constructor(at: number, pages = new RowPages()) {
    const { page, offset } = pages.take()
    this.#pages = pages
    this.#page = page
    this.#row = offset
    this.#page[offset] = at
    this.#page[offset + 8] = Number.NEGATIVE_INFINITY
    this.#page[offset + 10] = Number.NEGATIVE_INFINITY
  }

  /** The steady time that the counts are true for. */
  get at(): number {
    return this.#page[this.#row] ?? 0
  }

  get successes(): number {
    return this.#page[this.#row + 1] ?? 0
  }

  get samples(): number {
    return this.#page[this.#row + 2] ?? 0
  }

  get logLatency(): number {
    return this.#page[this.#row + 3] ?? 0
  }

  get longSuccesses(): number {
    return this.#page[this.#row + 4] ?? 0
  }

  get longSamples(): number {
    return this.#page[this.#row + 5] ?? 0
  }

  /** The score when it was last brought up to date. */
  get score(): number {
    return this.#page[this.#row + 6] ?? 0
  }

  /** The weight when it was last brought up to date, without cap and circuit. */
  get draw(): number {
    return this.#page[this.#row + 7] ?? 0
  }

  /** When it last succeeded; steady time. */
  get lastSuccessAt(): number {
    return this.#page[this.#row + 8] ?? 0
  }

  set lastSuccessAt(at: number) {
    this.#page[this.#row + 8] = at
  }

  /** When it was last handed out; 0 when never. */
  get lastUsedAt(): number {
    return this.#page[this.#row + 9] ?? 0
  }

  set lastUsedAt(at: number) {
    this.#page[this.#row + 9] = at
  }

  /** When it last failed by its own fault; steady time. */
  get lastFailureAt(): number {
    return this.#page[this.#row + 10] ?? 0
  }

  set lastFailureAt(at: number) {
    this.#page[this.#row + 10] = at
  }

  conclude(score: number, draw: number): void {
    this.#page[this.#row + 6] = score
    this.#page[this.#row + 7] = draw
  }

  age(now: number, options: ScoreOptions): void {
    const page = this.#page
    const row = this.#row
    const elapsed = now - (page[row] ?? 0)
    if (elapsed <= 0) return
    const short = decay(elapsed, options.successHalfLifeMs)
    const long = decay(elapsed, options.reliabilityHalfLifeMs)
    page[row] = now
    page[row + 1] = (page[row + 1] ?? 0) * short
    page[row + 2] = (page[row + 2] ?? 0) * short
    page[row + 3] = (page[row + 3] ?? 0) * short
    page[row + 4] = (page[row + 4] ?? 0) * long
    page[row + 5] = (page[row + 5] ?? 0) * long
  }

  /** What it comes to at `now`. It stays as it is: who only looks must not make what was concluded from it seem young. */
  agedTo(now: number, options: ScoreOptions): Evidence {
    const short = decay(now - this.at, options.successHalfLifeMs)
    const long = decay(now - this.at, options.reliabilityHalfLifeMs)
    return {
      successes: this.successes * short,
      samples: this.samples * short,
      logLatency: this.logLatency * short,
      longSuccesses: this.longSuccesses * long,
      longSamples: this.longSamples * long,
    }
  }

  /** `latencyMs` only with a success: a fast failure is not fast. */
  add(latencyMs: number | undefined): void {
    const page = this.#page
    const row = this.#row
    page[row + 2] = (page[row + 2] ?? 0) + 1
    page[row + 5] = (page[row + 5] ?? 0) + 1
    if (latencyMs === undefined) return
    page[row + 1] = (page[row + 1] ?? 0) + 1
    // Below 1 ms the logarithm would run away; nothing real is that fast.
    page[row + 3] = (page[row + 3] ?? 0) + Math.log(Math.max(1, latencyMs))
    page[row + 4] = (page[row + 4] ?? 0) + 1
  }

  /** Adds other evidence (`sign` 1) or takes it out (-1). Both must be true for the same time. */
  merge(other: Evidence, sign: 1 | -1): void {
    this.set(this.at, {
      successes: Math.max(0, this.successes + sign * other.successes),
      samples: Math.max(0, this.samples + sign * other.samples),
      logLatency: Math.max(0, this.logLatency + sign * other.logLatency),
      longSuccesses: Math.max(0, this.longSuccesses + sign * other.longSuccesses),
      longSamples: Math.max(0, this.longSamples + sign * other.longSamples),
    })
  }

  set(at: number, counts: Evidence): void {
    const page = this.#page
    const row = this.#row
    page[row] = at
    page[row + 1] = counts.successes
    page[row + 2] = counts.samples
    page[row + 3] = counts.logLatency
    page[row + 4] = counts.longSuccesses
    page[row + 5] = counts.longSamples
  }

  /** Gives the row back; the evidence must not be used afterwards. */
  free(): void {
    this.#pages.give(this.#page, this.#row)
  }
}
