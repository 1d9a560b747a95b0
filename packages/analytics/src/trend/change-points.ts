import { quantilesInPlace } from '../query/quantile.ts'

/** Where the level of a series moved. */
export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly index: number
  readonly before: number
  readonly after: number
}

const shortest = 5

/**
 * Binary segmentation on the mean: a cut is kept where it takes more from the squared error than noise alone would
 * (a penalty of 4 · σ² · ln n). σ comes from the differences of neighbours, which a change of level hardly touches.
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  const n = values.length
  if (n < 2 * shortest) return []
  const steps = Float64Array.from({ length: n - 1 }, (_, i) =>
    Math.abs((values[i + 1] as number) - (values[i] as number)),
  )
  const typical = (quantilesInPlace(steps, [0.5])[0] ?? 0) * (1.4826 / Math.SQRT2)
  const level = values.reduce((a, b) => a + Math.abs(b), 0) / n
  const sigma = Math.max(typical, level * 1e-9, Number.MIN_VALUE)
  const penalty = 4 * sigma * sigma * Math.log(n)
  const sums = [0]
  for (const value of values) sums.push((sums.at(-1) as number) + value)
  const mean = (from: number, to: number): number => ((sums[to] as number) - (sums[from] as number)) / (to - from)
  const cuts: number[] = []
  const split = (from: number, to: number): void => {
    let best = -1
    let gain = penalty
    for (let cut = from + shortest; cut <= to - shortest; cut += 1) {
      const step = mean(from, cut) - mean(cut, to)
      const won = (((cut - from) * (to - cut)) / (to - from)) * step * step
      if (won <= gain) continue
      gain = won
      best = cut
    }
    if (best < 0) return
    split(from, best)
    cuts.push(best)
    split(best, to)
  }
  split(0, n)
  const edges = [0, ...cuts, n]
  return cuts.map((index, i) => ({
    index,
    before: mean(edges[i] as number, index),
    after: mean(index, edges[i + 2] as number),
  }))
}
