import { quantilesInPlace } from './quantile.ts'

/** Statistics of the samples of a window, computed from the samples themselves. */
export interface WindowStats {
  readonly count: number
  readonly sum: number
  /** Undefined, as all that follow, where the window holds no sample. */
  readonly mean: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  /** Of the whole population (divided by n). */
  readonly stddev: number | undefined
  /** Quantiles interpolate linearly between the two nearest ranks (Hyndman and Fan's type 7). */
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
  /** Oldest and newest in time. */
  readonly first: number | undefined
  readonly last: number | undefined
  /** Where the answer begins, epoch ms: as asked for, or with the whole minute in which that lies; later where it is not complete. */
  readonly since: number
  /** `rollups` where not all of the samples are in memory any more: quantiles are within 1 % then, all else is exact. */
  readonly source: 'samples' | 'rollups'
  /** False where memory does not know all of the window, or no longer; `query()` answers it then. */
  readonly complete: boolean
}

/** Count, sum, mean and extremes of an array. */
export interface Totals {
  readonly count: number
  readonly sum: number
  readonly mean: number
  readonly min: number
  readonly max: number
}

/** What the population's variance needs beside them. */
export interface Moments extends Totals {
  /** Sum of squared distances from the mean. */
  readonly m2: number
}

/** Sum by Neumaier's compensated addition: exact to the last few bits. */
export function totals(values: Float64Array): Totals {
  const count = values.length
  let sum = 0
  let lost = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
    if (value < min) min = value
    if (value > max) max = value
  }
  sum += lost
  return { count, sum, mean: count === 0 ? 0 : sum / count, min, max }
}

/** Deviations in a second pass, from the exact mean. */
export function moments(values: Float64Array): Moments {
  const found = totals(values)
  const { count, mean } = found
  let m2 = 0
  for (let i = 0; i < count; i += 1) {
    const distance = (values[i] as number) - mean
    m2 += distance * distance
  }
  return { ...found, m2 }
}

const percentiles = [0.5, 0.95, 0.99]

/** @param values May be reordered. */
export function summarise(
  values: Float64Array,
  ends: Pick<WindowStats, 'first' | 'last' | 'since' | 'source' | 'complete'>,
): WindowStats {
  const { count, sum, mean, m2, min, max } = moments(values)
  if (count === 0) {
    return {
      count: 0,
      sum: 0,
      mean: undefined,
      min: undefined,
      max: undefined,
      stddev: undefined,
      p50: undefined,
      p95: undefined,
      p99: undefined,
      ...ends,
    }
  }
  const [p50, p95, p99] = quantilesInPlace(values, percentiles)
  return { count, sum, mean, min, max, stddev: Math.sqrt(m2 / count), p50, p95, p99, ...ends }
}
