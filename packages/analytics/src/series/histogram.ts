/** Upper bounds of a histogram's buckets where its definition names none: made for milliseconds. */
export const defaultBuckets: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000,
]

/** Counts by bucket since the process began: what the text exposition shows of a histogram. */
export class CumulativeHistogram {
  readonly #bounds: readonly number[]
  /** Of each bucket by itself, the one above the last bound included. */
  readonly counts: Float64Array
  count = 0
  sum = 0

  /** @param bounds Ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let low = 0
    let high = this.#bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#bounds[middle] as number) < value) low = middle + 1
      else high = middle
    }
    this.counts[low] = (this.counts[low] as number) + 1
    this.count += 1
    this.sum += value
  }
}
