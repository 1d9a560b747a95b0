import { moments } from '../query/statistics.ts'
import { QuantileSketch } from './sketch.ts'

/** What is kept of many samples: enough for every aggregate. Grows by samples and by other rollups alike. */
export class Rollup {
  count = 0
  sum = 0
  /** Sum of squared distances from the mean. */
  m2 = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  first = 0
  firstAt = Number.POSITIVE_INFINITY
  last = 0
  lastAt = Number.NEGATIVE_INFINITY
  /** Growth of a counter from the first to the last sample; a fall counts as a restart from 0. */
  grown = 0
  readonly sketch = new QuantileSketch()

  get mean(): number {
    return this.sum / this.count
  }

  /** Of the whole population. */
  get stddev(): number {
    return Math.sqrt(Math.max(0, this.m2) / this.count)
  }

  /** Within the sketch's relative error, and never outside of the range of the values. */
  quantile(q: number): number {
    return Math.min(this.max, Math.max(this.min, this.sketch.quantile(q)))
  }

  /** Takes in samples in the order of time. */
  addRun(times: Float64Array, values: Float64Array): void {
    const run = moments(values)
    if (run.count === 0) return
    let grown = 0
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as number
      this.sketch.add(value)
      if (i === 0) continue
      const before = values[i - 1] as number
      grown += value >= before ? value - before : value
    }
    this.join({
      ...run,
      grown,
      first: values[0] as number,
      firstAt: times[0] as number,
      last: values[values.length - 1] as number,
      lastAt: times[times.length - 1] as number,
    })
  }

  merge(other: Rollup): void {
    if (other.count === 0) return
    this.sketch.merge(other.sketch)
    this.join(other)
  }

  /** All of another but its sketch. Variances join by Chan, Golub and LeVeque, "Updating formulae…", 1979. */
  join(other: Joined): void {
    const count = this.count + other.count
    if (this.count > 0) {
      const delta = other.sum / other.count - this.sum / this.count
      this.m2 += other.m2 + delta * delta * ((this.count * other.count) / count)
      // What a counter grew between the two; where they overlap in time there is no between.
      const [earlier, later] = this.firstAt <= other.firstAt ? [this, other] : [other, this]
      const gap = later.firstAt >= earlier.lastAt ? grownFrom(earlier.last, later.first) : 0
      this.grown += other.grown + gap
    } else {
      this.m2 = other.m2
      this.grown = other.grown
    }
    this.count = count
    this.sum += other.sum
    if (other.min < this.min) this.min = other.min
    if (other.max > this.max) this.max = other.max
    if (other.firstAt < this.firstAt) {
      this.first = other.first
      this.firstAt = other.firstAt
    }
    if (other.lastAt >= this.lastAt) {
      this.last = other.last
      this.lastAt = other.lastAt
    }
  }
}

/** A rollup without its sketch. */
export interface Joined {
  readonly count: number
  readonly sum: number
  readonly m2: number
  readonly min: number
  readonly max: number
  readonly first: number
  readonly firstAt: number
  readonly last: number
  readonly lastAt: number
  readonly grown: number
}

/** Growth of a counter from one sample to the next. */
export const grownFrom = (before: number, after: number): number => (after >= before ? after - before : after)
