import { checkNumber } from '../query/check.ts'

/**
 * Mean of each value and the up to `count - 1` before it.
 * @param count At least 1, whole. @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function simpleMovingAverage(values: readonly number[], count: number): number[] {
  checkNumber('count', count, { least: 1, whole: true })
  // Each window is the end of one block of `count` values and the beginning of the next: sums that only grow lose no
  // digits, as one would from which every value is taken away again.
  const tails = new Float64Array(values.length)
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const ends = (i + 1) % count === 0 || i === values.length - 1
    tails[i] = (values[i] as number) + (ends ? 0 : (tails[i + 1] as number))
  }
  let head = 0
  return values.map((value, i) => {
    head = (i % count === 0 ? 0 : head) + value
    const start = i - count + 1
    if (start < 0) return head / (i + 1)
    return (start % count === 0 ? head : (tails[start] as number) + head) / count
  })
}

/**
 * Each value weighs 2 / (count + 1), what came before the rest; begins with the first value.
 * @param count At least 1. @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function exponentialMovingAverage(values: readonly number[], count: number): number[] {
  checkNumber('count', count, { least: 1 })
  const weight = 2 / (count + 1)
  let average: number | undefined
  return values.map((value) => {
    average = average === undefined ? value : average + weight * (value - average)
    return average
  })
}
