/** Sorts samples in place. Late ones are rare, so it is an insertion sort of what is nearly in order. */
export function sortByTime(times: Float64Array, values: Float64Array): void {
  for (let i = 1; i < times.length; i += 1) {
    const at = times[i] as number
    const value = values[i] as number
    let j = i - 1
    for (; j >= 0 && (times[j] as number) > at; j -= 1) {
      times[j + 1] = times[j] as number
      values[j + 1] = values[j] as number
    }
    times[j + 1] = at
    values[j + 1] = value
  }
}
