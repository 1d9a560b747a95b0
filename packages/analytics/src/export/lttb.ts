import { checkNumber } from '../query/check.ts'

/** A point of a line in a chart. */
export interface ChartPoint {
  readonly at: number
  readonly value: number
}

/**
 * Keeps `count` points of a line so that it looks the same: the first, the last, and of each bucket in between the point
 * that spans the greatest triangle with its neighbours. Steinarsson, "Downsampling Time Series for Visual
 * Representation", 2013 (largest triangle, three buckets).
 * @param points Ascending in time. @param count At least 2, whole; as many points or fewer come back unchanged.
 * @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function lttb<Point extends ChartPoint>(points: readonly Point[], count: number): readonly Point[] {
  checkNumber('count', count, { least: 2, whole: true })
  if (points.length <= count) return points
  const kept: Point[] = [points[0] as Point]
  const size = (points.length - 2) / (count - 2)
  let previous = points[0] as Point
  for (let i = 0; i < count - 2; i += 1) {
    const from = Math.floor(i * size) + 1
    const to = Math.floor((i + 1) * size) + 1
    const next = average(points, to, Math.min(points.length, Math.floor((i + 2) * size) + 1))
    let best = points[from] as Point
    let largest = -1
    for (let k = from; k < to; k += 1) {
      const point = points[k] as Point
      const area = Math.abs(
        (previous.at - next.at) * (point.value - previous.value) -
          (previous.at - point.at) * (next.value - previous.value),
      )
      if (area > largest) {
        largest = area
        best = point
      }
    }
    kept.push(best)
    previous = best
  }
  kept.push(points[points.length - 1] as Point)
  return kept
}

function average(points: readonly ChartPoint[], from: number, to: number): ChartPoint {
  let at = 0
  let value = 0
  for (let i = from; i < to; i += 1) {
    const point = points[i] as ChartPoint
    at += point.at
    value += point.value
  }
  const count = to - from
  return { at: at / count, value: value / count }
}
