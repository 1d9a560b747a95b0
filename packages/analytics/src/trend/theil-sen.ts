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

const median = (values: Float64Array): number => quantilesInPlace(values, [0.5])[0] ?? Number.NaN

/**
 * The slope is the median of the slopes of all pairs (Theil 1950, Sen 1968); whether it means anything is tested as by
 * Mann (1945) and Kendall, with the correction for ties. O(n²): meant for up to a few hundred points.
 */
export function theilSen(times: readonly number[], values: readonly number[]): RobustLine {
  const n = values.length
  const slopes = new Float64Array((n * (n - 1)) / 2)
  let pairs = 0
  let concordance = 0
  for (let j = 1; j < n; j += 1) {
    for (let i = 0; i < j; i += 1) {
      const dt = (times[j] as number) - (times[i] as number)
      const dv = (values[j] as number) - (values[i] as number)
      concordance += Math.sign(dv)
      if (dt <= 0) continue
      slopes[pairs] = dv / dt
      pairs += 1
    }
  }
  if (pairs === 0) return { slope: 0, intercept: values[0] ?? Number.NaN, pValue: 1 }
  const slope = median(slopes.subarray(0, pairs))
  const intercept = median(Float64Array.from(values, (value, i) => value - slope * (times[i] as number)))
  return { slope, intercept, pValue: mannKendall(concordance, values) }
}

function mannKendall(concordance: number, values: readonly number[]): number {
  const n = values.length
  const ties = new Map<number, number>()
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1)
  const term = (t: number): number => t * (t - 1) * (2 * t + 5)
  let variance = term(n)
  for (const count of ties.values()) variance -= term(count)
  variance /= 18
  if (variance <= 0) return 1
  const z = Math.max(0, Math.abs(concordance) - 1) / Math.sqrt(variance)
  return 2 * (1 - normalBelow(z))
}

/** Standard normal distribution function: Abramowitz and Stegun 26.2.17, off by less than 7.5·10⁻⁸. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - density * series
}
