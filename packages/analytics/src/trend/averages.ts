/** Mean of each value and the up to `count - 1` before it. */
export function simpleMovingAverage(values: readonly number[], count: number): number[] {
  let sum = 0
  return values.map((value, i) => {
    sum += value
    if (i >= count) sum -= values[i - count] as number
    return sum / Math.min(count, i + 1)
  })
}

/** Each value weighs 2 / (count + 1), what came before the rest; begins with the first value. */
export function exponentialMovingAverage(values: readonly number[], count: number): number[] {
  const weight = 2 / (count + 1)
  let average: number | undefined
  return values.map((value) => {
    average = average === undefined ? value : average + weight * (value - average)
    return average
  })
}
