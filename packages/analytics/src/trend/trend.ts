import { exponentialMovingAverage, simpleMovingAverage } from './averages.ts'
import { changePoints } from './change-points.ts'
import { theilSen } from './theil-sen.ts'

/** A step of the analysis: the mean of the samples of one stretch of time. */
export interface TrendPoint {
  /** Epoch ms. */
  readonly at: number
  readonly value: number
}

export interface ForecastPoint extends TrendPoint {
  /** About 95 of 100 values are expected between these two. */
  readonly lower: number
  readonly upper: number
}

export interface TrendAnalysis {
  /** Significant (p < 0.05) or `flat`. */
  readonly direction: 'rising' | 'falling' | 'flat'
  /** Units an hour: the Theil–Sen slope. */
  readonly slopePerHour: number
  readonly pValue: number
  readonly points: readonly TrendPoint[]
  /** Simple and exponential moving averages at each of the points, over `averageOver` of them. */
  readonly sma: readonly number[]
  readonly ema: readonly number[]
  readonly changes: readonly { readonly at: number; readonly before: number; readonly after: number }[]
  /** A fifth as long as the points reach back: the line where it is significant, else the newest level. */
  readonly forecast: readonly ForecastPoint[]
}

export interface TrendOptions {
  /** Points that a moving average spans, at least 1; default 10. */
  readonly averageOver?: number
}

const hourMs = 3_600_000

/**
 * @param points Ascending in time, at most 2,000. @returns Undefined for fewer than 8 points.
 * @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function analyseTrend(points: readonly TrendPoint[], options: TrendOptions = {}): TrendAnalysis | undefined {
  const { averageOver = 10 } = options
  const [first, last] = [points[0], points.at(-1)]
  if (points.length < 8 || first === undefined || last === undefined) return undefined
  const values = points.map(({ value }) => value)
  // Times from the first point on: epoch milliseconds squared would eat all digits.
  const times = points.map(({ at }) => at - first.at)
  const line = theilSen(times, values)
  const significant = line.pValue < 0.05 && line.slope !== 0
  const changes = changePoints(values)
  const ema = exponentialMovingAverage(values, averageOver)
  return {
    direction: !significant ? 'flat' : line.slope > 0 ? 'rising' : 'falling',
    slopePerHour: line.slope * hourMs,
    pValue: line.pValue,
    points,
    sma: simpleMovingAverage(values, averageOver),
    ema,
    changes: changes.map(({ index, before, after }) => ({ at: (points[index] as TrendPoint).at, before, after })),
    forecast: forecast(points, times, significant ? line : { slope: 0, intercept: ema.at(-1) ?? 0 }),
  }
}

function forecast(
  points: readonly TrendPoint[],
  times: readonly number[],
  line: { readonly slope: number; readonly intercept: number },
): ForecastPoint[] {
  const n = points.length
  const end = times[n - 1] as number
  let squares = 0
  for (const [i, { value }] of points.entries()) {
    const miss = value - (line.intercept + line.slope * (times[i] as number))
    squares += miss * miss
  }
  const deviation = Math.sqrt(squares / Math.max(1, n - 2))
  const step = end / (n - 1)
  const mean = times.reduce((sum, t) => sum + t, 0) / n
  const spread = times.reduce((sum, t) => sum + (t - mean) ** 2, 0)
  return Array.from({ length: Math.max(1, Math.floor(n / 5)) }, (_, i) => {
    const t = end + step * (i + 1)
    const value = line.intercept + line.slope * t
    // The prediction interval of a line: it widens with the distance from the middle of what was seen.
    const half = 1.96 * deviation * Math.sqrt(1 + 1 / n + (t - mean) ** 2 / spread)
    return { at: (points[0] as TrendPoint).at + t, value, lower: value - half, upper: value + half }
  })
}
