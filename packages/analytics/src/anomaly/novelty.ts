import type { DetectorCore, DetectorOptions, Judgement } from './detector.ts'
import { ExtremesWindow } from './extremes.ts'
import { Prototypes } from './prototypes.ts'
import { type DetectorState, packNumber, part, unpackNumber } from './state.ts'

/** Samples whose extremes are the usual range. */
const windowSamples = 8_000
/** Share of samples outside of each end of the usual range. */
const tail = 0.001
/** Prototypes of each kind; with the extremes about 11 kB a series. */
const capacity = 128
/** How near two values, and two pairs of successive values, have to be to count as the same; shares of the usual range. */
const valueRadius = 0.02
const pairRadius = 0.05
/** The sum of the three signs at which a sample is anomalous, a share of the usual range. */
const threshold = 0.055
/** An anomalous sample widens the usual range by no more than this share of it. */
const poison = 0.5
/** What is closer than this share of the level is never told apart: the answer for a constant series. */
const levelFloor = 0.01
/** A value that is new by itself, in its pair and in its range scores at most this much for each unit that it is off. */
const mostSigns = 1.75

/**
 * Three signs, each as a share of the usual range (the 0.1 % to the 99.9 % quantile of the last 8,000 samples), added up:
 * how far the value lies beyond that range, how far it is from every value seen so far, and how far it and its
 * predecessor are, as a pair, from every pair seen so far. The first finds extremes; the second, values that fall into a
 * gap; the third, jumps between values that are usual by themselves. The last two count half, since a jump shows in both.
 */
export class NoveltyCore implements DetectorCore {
  readonly #extremes = new ExtremesWindow(windowSamples, tail)
  readonly #values = new Prototypes(1, capacity)
  readonly #pairs = new Prototypes(2, capacity)
  readonly #floor: number | undefined
  readonly #value = [0]
  readonly #pair = [0, 0]
  #previous: number | undefined

  constructor(options: Pick<DetectorOptions, 'floor'> = {}) {
    this.#floor = options.floor
  }

  observe(value: number): Judgement | undefined {
    const { lower, upper, count } = this.#extremes
    if (count === 0) {
      this.#learn(value, 0)
      this.#extremes.push(value)
      return undefined
    }
    const floor = this.#floor ?? Math.max(1e-12, levelFloor * Math.max(Math.abs(lower), Math.abs(upper)))
    const span = Math.max(upper - lower, (floor * mostSigns) / threshold)
    const beyond = Math.max(0, value - upper, lower - value)
    const score = (beyond + this.#learn(value, span)) / span / threshold
    // The way back from an anomaly is a new pair as well, but no second anomaly.
    if (score > 1) this.#previous = undefined
    this.#extremes.push(Math.min(Math.max(value, lower - poison * span), upper + poison * span))
    return { score, expected: (lower + upper) / 2, lower, upper }
  }

  save(): DetectorState {
    return {
      extremes: this.#extremes.save(),
      values: this.#values.save(),
      pairs: this.#pairs.save(),
      previous: this.#previous === undefined ? null : packNumber(this.#previous),
    }
  }

  load(state: DetectorState): void {
    this.#extremes.load(part(state, 'extremes'))
    this.#values.load(part(state, 'values'))
    this.#pairs.load(part(state, 'pairs'))
    this.#previous = state.previous === null ? undefined : unpackNumber(state, 'previous')
  }

  #learn(value: number, span: number): number {
    this.#value[0] = value
    const gap = this.#values.learn(this.#value, valueRadius * span)
    let jump = 0
    if (this.#previous !== undefined) {
      this.#pair[0] = value
      this.#pair[1] = this.#previous
      jump = this.#pairs.learn(this.#pair, pairRadius * span)
    }
    this.#previous = value
    return 0.5 * gap + 0.5 * jump
  }
}
