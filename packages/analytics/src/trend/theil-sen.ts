import { checkNumber } from '../query/check.ts'
import { quantilesInPlace } from '../query/quantile.ts'

/** A line through points that a third of outliers cannot bend. */
export interface RobustLine {
  /** Units a millisecond. */
  readonly slope: number
  /** Value of the line at time 0 of the times given. */
  readonly intercept: number
  /** Probability of a slope as clear as this one where there is no trend: below 0.05 is called significant. */
  readonly pValue: number
}

const mostPoints = 2_000

const median = (values: Float64Array): number => quantilesInPlace(values, [0.5])[0] ?? Number.NaN

/**
 * The slope is the median of the slopes of all pairs (Theil 1950, Sen 1968); whether it means anything is tested as by
 * Mann (1945) and Kendall, with the correction for ties of values and of times (Kendall, "Rank Correlation Methods", 1970).
 * O(n²), so at most 2,000 points; in any order. @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function theilSen(times: readonly number[], values: readonly number[]): RobustLine {
  const n = values.length
  checkNumber('The number of points', n, { least: 0, most: mostPoints })
  const slopes = new Float64Array((n * (n - 1)) / 2)
  let pairs = 0
  let concordance = 0
  for (let j = 1; j < n; j += 1) {
    for (let i = 0; i < j; i += 1) {
      const dt = (times[j] as number) - (times[i] as number)
      const dv = (values[j] as number) - (values[i] as number)
      if (dt === 0) continue
      concordance += Math.sign(dv) * Math.sign(dt)
      slopes[pairs] = dv / dt
      pairs += 1
    }
  }
  if (pairs === 0) return { slope: 0, intercept: values[0] ?? Number.NaN, pValue: 1 }
  const slope = median(slopes.subarray(0, pairs))
  const intercept = median(Float64Array.from(values, (value, i) => value - slope * (times[i] as number)))
  return { slope, intercept, pValue: mannKendall(concordance, times, values) }
}

function mannKendall(concordance: number, times: readonly number[], values: readonly number[]): number {
  const n = values.length
  const [all, t, v] = [tieTerms([n]), tieTerms(tieSizes(times)), tieTerms(tieSizes(values))]
  const variance =
    (all.third - t.third - v.third) / 18 +
    (t.second * v.second) / (9 * n * (n - 1) * (n - 2)) +
    (t.first * v.first) / (2 * n * (n - 1))
  if (!(variance > 0)) return 1
  const z = Math.max(0, Math.abs(concordance) - 1) / Math.sqrt(variance)
  return 2 * (1 - normalBelow(z))
}

/** How many values there are of each. */
function tieSizes(values: readonly number[]): Iterable<number> {
  const sizes = new Map<number, number>()
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1)
  return sizes.values()
}

/** The three sums over groups of equal values that the variance is made of. */
function tieTerms(sizes: Iterable<number>): { first: number; second: number; third: number } {
  const terms = { first: 0, second: 0, third: 0 }
  for (const size of sizes) {
    terms.first += size * (size - 1)
    terms.second += size * (size - 1) * (size - 2)
    terms.third += size * (size - 1) * (2 * size + 5)
  }
  return terms
}

/** Standard normal distribution function: Abramowitz and Stegun 26.2.17, off by less than 7.5·10⁻⁸. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - density * series
}
