import { count, type DetectorState, pack, unpack } from './state.ts'

/** The last samples, kept in order of size: any order statistic in O(1), O(n) moves of memory a push. */
export class SortedWindow {
  readonly #sorted: Float64Array
  readonly #queue: Float64Array
  #count = 0
  #next = 0

  constructor(samples: number) {
    this.#sorted = new Float64Array(samples)
    this.#queue = new Float64Array(samples)
  }

  get count(): number {
    return this.#count
  }

  push(value: number): void {
    const { length } = this.#queue
    if (this.#count === length) {
      const gone = this.#search(this.#queue[this.#next] as number)
      this.#sorted.copyWithin(gone, gone + 1, this.#count)
      this.#count -= 1
    }
    const place = this.#search(value)
    this.#sorted.copyWithin(place + 1, place, this.#count)
    this.#sorted[place] = value
    this.#count += 1
    this.#queue[this.#next] = value
    this.#next = (this.#next + 1) % length
  }

  /** Interpolated linearly; NaN while empty. */
  quantile(q: number): number {
    const rank = q * (this.#count - 1)
    const below = Math.floor(rank)
    const low = this.#sorted[below] ?? Number.NaN
    return rank === below ? low : low + (rank - below) * ((this.#sorted[below + 1] as number) - low)
  }

  /** Median of the distances from `centre`: the smallest n/2 of them lie around it, so two fingers find it. */
  medianDistance(centre: number): number {
    let right = this.#search(centre)
    let left = right - 1
    let distance = 0
    for (let taken = 0; taken <= Math.floor((this.#count - 1) / 2); taken += 1) {
      const below = left >= 0 ? centre - (this.#sorted[left] as number) : Number.POSITIVE_INFINITY
      const above = right < this.#count ? (this.#sorted[right] as number) - centre : Number.POSITIVE_INFINITY
      distance = Math.min(below, above)
      if (below <= above) left -= 1
      else right += 1
    }
    return distance
  }

  save(): DetectorState {
    return { sorted: pack(this.#sorted), queue: pack(this.#queue), count: this.#count, next: this.#next }
  }

  load(state: DetectorState): void {
    unpack(state, 'sorted', this.#sorted)
    unpack(state, 'queue', this.#queue)
    this.#count = count(state, 'count', this.#queue.length)
    this.#next = count(state, 'next', this.#queue.length - 1)
  }

  /** First place whose value is not less than `value`. */
  #search(value: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
