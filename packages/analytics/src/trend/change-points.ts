import { quantilesInPlace } from '../query/quantile.ts'

/** Where the level of a series moved. */
export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly index: number
  readonly before: number
  readonly after: number
}

const shortest = 5

/** Means of the values from one index to before another. */
function meansOf(values: readonly number[]): (from: number, to: number) => number {
  // Around the first value, so that a high level does not eat the digits of a small change.
  const origin = values[0] ?? 0
  const sums = [0]
  for (const value of values) sums.push((sums.at(-1) as number) + (value - origin))
  return (from, to) => origin + ((sums[to] as number) - (sums[from] as number)) / (to - from)
}

function withoutOutliers(values: readonly number[], reach: number): number[] {
  return values.map((value, i) => {
    const around = Float64Array.from(values.slice(Math.max(0, i - 2), i + 3))
    const median = quantilesInPlace(around, [0.5])[0] as number
    return Math.min(Math.max(value, median - reach), median + reach)
  })
}

/**
 * Binary segmentation on the mean: a cut is kept where it takes more from the squared error than noise alone would
 * (a penalty of 4 · σ² · ln n). σ comes from the differences of neighbours, which a change of level hardly touches: the
 * greater of their scaled median and their root mean square (von Neumann, 1941), since the median of what seldom moves is
 * 0. Single outliers are no level: before the search they are pulled to within 3 σ of the median of the five values
 * around them (Hampel's filter). A steady rise is a row of changes.
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  const n = values.length
  if (n < 2 * shortest) return []
  const steps = Float64Array.from({ length: n - 1 }, (_, i) =>
    Math.abs((values[i + 1] as number) - (values[i] as number)),
  )
  const meanSquare = steps.reduce((sum, step) => sum + step * step, 0) / steps.length
  const typical = Math.max((quantilesInPlace(steps, [0.5])[0] ?? 0) * 1.4826, Math.sqrt(meanSquare)) / Math.SQRT2
  const level = values.reduce((a, b) => a + Math.abs(b), 0) / n
  const sigma = Math.max(typical, level * 1e-12, Number.MIN_VALUE)
  const penalty = 4 * sigma * sigma * Math.log(n)
  const searched = meansOf(withoutOutliers(values, 3 * sigma))
  const mean = meansOf(values)
  const cuts: number[] = []
  const split = (from: number, to: number): void => {
    let best = -1
    let gain = penalty
    for (let cut = from + shortest; cut <= to - shortest; cut += 1) {
      const step = searched(from, cut) - searched(cut, to)
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
