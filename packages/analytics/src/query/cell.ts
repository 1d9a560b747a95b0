import { grownFrom, type Joined, Rollup } from '../rollup/rollup.ts'
import type { QuantileSketch } from '../rollup/sketch.ts'
import { type Aggregate, aggregateValues, quantileOf } from './aggregate.ts'

/** What one series did in one step, in pieces as they were read. */
interface Piece {
  readonly first: number
  readonly firstAt: number
  readonly last: number
  readonly lastAt: number
  readonly grown: number
  /** The time that decides on its step. */
  readonly at: number
}

/** Everything that falls into one step of one group. Raw samples stay exact as long as no rollup joins them. */
export class Cell {
  #times: Float64Array[] = []
  #values: Float64Array[] = []
  #rollup: Rollup | undefined
  count = 0

  addRun(times: Float64Array, values: Float64Array): void {
    this.count += values.length
    if (this.#rollup === undefined) {
      this.#times.push(times)
      this.#values.push(values)
    } else this.#rollup.addRun(times, values)
  }

  /** @param mergeSketch Left out where no quantile is asked for. */
  addRollup(rollup: Joined, mergeSketch?: (into: QuantileSketch) => void): void {
    this.count += rollup.count
    const joined = this.#rollup ?? new Rollup()
    this.#rollup = joined
    for (const [i, values] of this.#values.entries()) joined.addRun(this.#times[i] as Float64Array, values)
    this.#times = []
    this.#values = []
    joined.join(rollup)
    mergeSketch?.(joined.sketch)
  }

  value(aggregate: Aggregate): number | undefined {
    if (this.count === 0) return undefined
    if (this.#rollup !== undefined) return rollupValue(this.#rollup, aggregate)
    if (aggregate === 'first' || aggregate === 'last') {
      const rollup = new Rollup()
      for (const [i, times] of this.#times.entries()) {
        const values = this.#values[i] as Float64Array
        // The ends suffice, and spare the sketch.
        rollup.addRun(times.subarray(0, 1), values.subarray(0, 1))
        rollup.addRun(times.subarray(-1), values.subarray(-1))
      }
      return rollup[aggregate]
    }
    return aggregateValues(aggregate, this.#joined(quantileOf(aggregate) !== undefined))
  }

  /** @param own Whether they will be reordered. */
  #joined(own: boolean): Float64Array {
    const [only] = this.#values
    if (this.#values.length === 1 && only !== undefined) return own ? only.slice() : only
    const all = new Float64Array(this.count)
    let at = 0
    for (const values of this.#values) {
      all.set(values, at)
      at += values.length
    }
    return all
  }
}

/** @param rollup Not empty. */
export function rollupValue(rollup: Rollup, aggregate: Aggregate): number {
  const q = quantileOf(aggregate)
  if (q !== undefined) return rollup.quantile(q)
  switch (aggregate) {
    case 'count':
    case 'sum':
    case 'mean':
    case 'min':
    case 'max':
    case 'stddev':
    case 'first':
    case 'last':
      return rollup[aggregate]
    default:
      return rollup.grown
  }
}

/** The growth of one counter, step by step: pieces in any order, answered in the order of time. */
export class Growth {
  readonly #pieces: Piece[] = []

  addRun(times: Float64Array, values: Float64Array): void {
    let grown = 0
    for (let i = 1; i < values.length; i += 1) grown += grownFrom(values[i - 1] as number, values[i] as number)
    this.#pieces.push({
      first: values[0] as number,
      firstAt: times[0] as number,
      last: values[values.length - 1] as number,
      lastAt: times[times.length - 1] as number,
      grown,
      at: times[0] as number,
    })
  }

  /** @param since A rollup that begins before the range is answered whole, in the first step. */
  addRollup({ first, firstAt, last, lastAt, grown }: Joined, since: number): void {
    this.#pieces.push({ first, firstAt, last, lastAt, grown, at: Math.max(firstAt, since) })
  }

  /** Growth by step; what grew between two pieces belongs to the step of the later one. */
  bySteps(stepOf: (at: number) => number | undefined): Map<number, number> {
    const steps = new Map<number, number>()
    let before: Piece | undefined
    for (const piece of this.#pieces.toSorted((a, b) => a.firstAt - b.firstAt)) {
      const step = stepOf(piece.at)
      if (step !== undefined) {
        const between = before === undefined ? 0 : grownFrom(before.last, piece.first)
        steps.set(step, (steps.get(step) ?? 0) + piece.grown + between)
      }
      before = piece
    }
    return steps
  }
}
