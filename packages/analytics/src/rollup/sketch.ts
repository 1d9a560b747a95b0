import { Bins } from './bins.ts'
import { quickLog2 } from './log2.ts'

/** Relative error of a fresh sketch: 1 %. */
export const sketchError = 0.01
/** Buckets for each sign; at 1 % they span a factor of 8·10⁸ before the error doubles. */
const maxBuckets = 1_024
/** Magnitudes below this count as 0. */
const tiny = 1e-300

/** A hair finer than stated: what the quick logarithm is off by. */
const fine = sketchError * (1 - 1e-4)
const logGamma = Math.log((1 + fine) / (1 - fine))
const perOctave = Math.LN2 / logGamma

/**
 * Quantiles in bounded memory: counts in buckets whose bounds grow by the factor γ = (1 + α) / (1 - α), for both signs, so
 * that each order statistic is known within the relative error α. Where the values span more buckets than there are,
 * neighbouring buckets join, which doubles α (to 2α / (1 + α²)); `error` is the one that holds. Merging loses nothing.
 * After Masson, Rim, Lee, "DDSketch", 2019, and Epicoco and others, "UDDSketch", 2020.
 */
export class QuantileSketch {
  readonly positive = new Bins()
  readonly negative = new Bins()
  zeros = 0
  /** How often neighbouring buckets have joined. */
  level = 0
  #scale = perOctave

  get count(): number {
    return this.positive.total + this.negative.total + this.zeros
  }

  /** The relative error that holds now. */
  get error(): number {
    let error = sketchError
    for (let i = 0; i < this.level; i += 1) error = (2 * error) / (1 + error * error)
    return error
  }

  add(value: number, count = 1): void {
    const magnitude = Math.abs(value)
    if (magnitude < tiny) {
      this.zeros += count
      return
    }
    const bins = value > 0 ? this.positive : this.negative
    bins.add(Math.ceil(quickLog2(magnitude) * this.#scale), count)
    while (bins.span > maxBuckets) this.#collapse()
  }

  /** Takes in all that the other has; the coarser of the two resolutions holds afterwards. */
  merge(other: QuantileSketch): void {
    this.coarsen(other.level)
    for (const sign of ['positive', 'negative'] as const) {
      const from = other[sign]
      for (let index = from.low; from.total > 0 && index <= from.high; index += 1) {
        const count = from.countAt(index)
        if (count > 0) this.addBucket(sign, index, other.level, count)
      }
    }
    this.zeros += other.zeros
    this.bound()
  }

  /** Joins neighbouring buckets until the resolution is no finer than `level`. */
  coarsen(level: number): void {
    while (this.level < level) this.#collapse()
  }

  /** Adds to a bucket of a sketch of that level, which is no coarser than this one. `bound()` has to follow. */
  addBucket(sign: 'positive' | 'negative', index: number, level: number, count: number): void {
    // ceil(ceil(i / 2) / 2) equals ceil(i / 4), so several steps of joining are one division.
    this[sign].add(level === this.level ? index : Math.ceil(index / 2 ** (this.level - level)), count)
  }

  /** Joins neighbouring buckets until there are no more of them than allowed. */
  bound(): void {
    while (Math.max(this.positive.span, this.negative.span) > maxBuckets) this.#collapse()
  }

  /**
   * The `q`-quantile, interpolated between the two nearest ranks as the exact one is; NaN where the sketch is empty.
   * @param q From 0 to 1.
   */
  quantile(q: number): number {
    const { count } = this
    if (count === 0) return Number.NaN
    const rank = q * (count - 1)
    const below = Math.floor(rank)
    const low = this.#atRank(below)
    if (rank === below) return low
    const high = this.#atRank(below + 1)
    return low + (rank - below) * (high - low)
  }

  /** How many values are not above `value`, which is taken to be within the relative error of each. */
  countUpTo(value: number): number {
    const { positive, negative, zeros } = this
    let count = 0
    for (let index = negative.low; negative.total > 0 && index <= negative.high; index += 1) {
      if (-this.#value(index) <= value) count += negative.countAt(index)
    }
    if (value >= 0) count += zeros
    for (let index = positive.low; positive.total > 0 && index <= positive.high; index += 1) {
      if (this.#value(index) <= value) count += positive.countAt(index)
    }
    return count
  }

  /** Estimate of the value of rank `rank`, from 0. */
  #atRank(rank: number): number {
    const { positive, negative, zeros } = this
    let left = rank
    if (left < negative.total) {
      for (let index = negative.high; index >= negative.low; index -= 1) {
        left -= negative.countAt(index)
        if (left < 0) return -this.#value(index)
      }
    }
    left = rank - negative.total
    if (left < zeros) return 0
    left -= zeros
    for (let index = positive.low; index <= positive.high; index += 1) {
      left -= positive.countAt(index)
      if (left < 0) return this.#value(index)
    }
    return this.#value(positive.high)
  }

  /** The point of a bucket (γ^(i-1), γ^i] that is equally far, relatively, from both ends. */
  #value(index: number): number {
    const growth = logGamma * 2 ** this.level
    return Math.min(Number.MAX_VALUE, (2 * Math.exp(growth * index)) / (Math.exp(growth) + 1))
  }

  #collapse(): void {
    this.positive.collapse()
    this.negative.collapse()
    this.level += 1
    this.#scale /= 2
  }
}
