import type { DetectorCore, Judgement } from './detector.ts'
import { SortedWindow } from './sorted-window.ts'
import { count, type DetectorState, pack, packNumber, unpack, unpackNumber } from './state.ts'

/** A scale is never taken to be smaller than this share of the level: the answer for a constant series. */
const levelFloor = 0.01

export interface CoreOptions {
  /** Samples that are remembered. */
  readonly window: number
  /** Scales from the centre to each bound. */
  readonly width: number
  readonly floor: number | undefined
}

/** Bounds around a centre; the score is the distance from the centre in units of theirs. */
export function judgeAround(value: number, centre: number, halfWidth: number): Judgement {
  return {
    score: Math.abs(value - centre) / halfWidth,
    expected: centre,
    lower: centre - halfWidth,
    upper: centre + halfWidth,
  }
}

/** What is learned of an anomalous value is the bound that it broke: it moves the baseline, but cannot poison it. */
export const withinBounds = (value: number, { lower, upper }: Judgement): number =>
  Math.min(Math.max(value, lower), upper)

export const scaleFloor = (floor: number | undefined, level: number): number =>
  floor ?? Math.max(1e-12, levelFloor * Math.abs(level))

/** Mean and deviation of the last samples. */
export class ZScoreCore implements DetectorCore {
  readonly #options: CoreOptions
  readonly #queue: number[] = []
  #next = 0
  #sum = 0
  #squares = 0
  /** Sums are taken around the first value, so that a high level does not eat the digits of a small deviation. */
  #origin = 0

  constructor(options: CoreOptions) {
    this.#options = options
  }

  observe(value: number): Judgement | undefined {
    const { window, width, floor } = this.#options
    const held = this.#queue.length
    if (held === 0) this.#origin = value
    let found: Judgement | undefined
    if (held > 1) {
      const mean = this.#sum / held
      const deviation = Math.sqrt(Math.max(0, this.#squares / held - mean * mean))
      const centre = mean + this.#origin
      found = judgeAround(value, centre, width * Math.max(deviation, scaleFloor(floor, centre)))
    }
    const learned = (found === undefined || held < 30 ? value : withinBounds(value, found)) - this.#origin
    if (held < window) this.#queue.push(learned)
    else {
      const gone = this.#queue[this.#next] as number
      this.#sum -= gone
      this.#squares -= gone * gone
      this.#queue[this.#next] = learned
      this.#next = (this.#next + 1) % window
    }
    this.#sum += learned
    this.#squares += learned * learned
    return found
  }

  save(): DetectorState {
    return {
      queue: pack(Float64Array.from(this.#queue)),
      length: this.#queue.length,
      next: this.#next,
      sums: pack(Float64Array.of(this.#sum, this.#squares, this.#origin)),
    }
  }

  load(state: DetectorState): void {
    const queue = new Float64Array(count(state, 'length', this.#options.window))
    unpack(state, 'queue', queue)
    this.#queue.splice(0, this.#queue.length, ...queue)
    this.#next = count(state, 'next', this.#options.window)
    const sums = new Float64Array(3)
    unpack(state, 'sums', sums)
    ;[this.#sum, this.#squares, this.#origin] = sums as unknown as [number, number, number]
  }
}

/** The middle of the last samples, and how far from it a sample is still as usual. */
type Spread = (window: SortedWindow, options: CoreOptions) => readonly [centre: number, reach: number]

/** Tukey's fences: `width` interquartile ranges beyond the quartiles of the last samples. */
export const tukeyFences: Spread = (window, { width, floor }) => {
  const [q1, q3] = [window.quantile(0.25), window.quantile(0.75)]
  const centre = (q1 + q3) / 2
  return [centre, (0.5 + width) * Math.max(q3 - q1, scaleFloor(floor, centre))]
}

/** Median and median absolute deviation of the last samples, the latter scaled (1.4826) to a normal deviation. */
export const medianDeviation: Spread = (window, { width, floor }) => {
  const median = window.quantile(0.5)
  return [median, width * Math.max(1.4826 * window.medianDistance(median), scaleFloor(floor, median))]
}

/** Judges by the ranks of the last samples. */
export class RankCore implements DetectorCore {
  readonly #options: CoreOptions
  readonly #spread: Spread
  readonly #window: SortedWindow

  constructor(spread: Spread, options: CoreOptions) {
    this.#spread = spread
    this.#options = options
    this.#window = new SortedWindow(options.window)
  }

  observe(value: number): Judgement | undefined {
    const window = this.#window
    const found = window.count > 3 ? judgeAround(value, ...this.#spread(window, this.#options)) : undefined
    window.push(found === undefined ? value : withinBounds(value, found))
    return found
  }

  save(): DetectorState {
    return this.#window.save()
  }

  load(state: DetectorState): void {
    this.#window.load(state)
  }
}

/** Exponentially weighted mean and deviation; `window` is the span, so the weight is 2 / (window + 1). */
export class EwmaCore implements DetectorCore {
  readonly #options: CoreOptions
  #mean = 0
  #variance = 0
  #count = 0

  constructor(options: CoreOptions) {
    this.#options = options
  }

  observe(value: number): Judgement | undefined {
    const { width, floor, window } = this.#options
    this.#count += 1
    if (this.#count === 1) {
      this.#mean = value
      return undefined
    }
    const deviation = Math.max(Math.sqrt(this.#variance), scaleFloor(floor, this.#mean))
    const found = judgeAround(value, this.#mean, width * deviation)
    // A plain average at first: the weight of a long span would keep the first value alive for long.
    const weight = Math.max(2 / (window + 1), 1 / this.#count)
    const step = (this.#count < 30 ? value : withinBounds(value, found)) - this.#mean
    this.#mean += weight * step
    this.#variance = (1 - weight) * (this.#variance + weight * step * step)
    return found
  }

  save(): DetectorState {
    return { mean: packNumber(this.#mean), variance: packNumber(this.#variance), count: this.#count }
  }

  load(state: DetectorState): void {
    this.#mean = unpackNumber(state, 'mean')
    this.#variance = unpackNumber(state, 'variance')
    this.#count = count(state, 'count', Number.MAX_SAFE_INTEGER)
  }
}
