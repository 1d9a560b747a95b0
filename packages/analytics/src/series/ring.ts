/** Samples that all rings of an aggregator may hold together. */
export class SampleBudget {
  readonly limit: number
  used = 0

  constructor(limit: number) {
    this.limit = limit
  }

  take(samples: number): boolean {
    if (this.used + samples > this.limit) return false
    this.used += samples
    return true
  }

  give(samples: number): void {
    this.used -= samples
  }
}

const firstCapacity = 8

/**
 * The newest samples of one series, in the order of their arrival: two typed arrays, 16 bytes a sample, O(1) a push.
 * It doubles until its own limit or the shared budget is reached; then each push overwrites the oldest sample.
 */
export class SampleRing {
  readonly #budget: SampleBudget
  readonly #limit: number
  #times: Float64Array
  #values: Float64Array
  #mask: number
  #maxAt = Number.NEGATIVE_INFINITY
  /** Where it stands, or stood. */
  #maxIndex = 0
  #maxLag = 0
  /** Of samples up to this time not all were ever pushed (after a restart), epoch ms. */
  heldFrom = Number.NEGATIVE_INFINITY
  /** Samples ever pushed; sample `i` of them is held while `i >= written - size`. */
  written = 0

  /** @param limit Samples at most, a power of two. */
  constructor(limit: number, budget: SampleBudget) {
    this.#limit = limit
    this.#budget = budget
    // The first few are always granted: a series that could hold nothing would be no series.
    const capacity = Math.min(firstCapacity, limit)
    budget.used += capacity
    this.#times = new Float64Array(capacity)
    this.#values = new Float64Array(capacity)
    this.#mask = capacity - 1
    // What the first push takes for the sample before it.
    this.#times[this.#mask] = Number.NEGATIVE_INFINITY
  }

  get capacity(): number {
    return this.#mask + 1
  }

  get size(): number {
    return Math.min(this.written, this.#mask + 1)
  }

  /** Index of the oldest sample that is held. */
  get first(): number {
    return this.written - this.size
  }

  /** The latest time of all samples ever pushed. */
  get maxAt(): number {
    return this.ordered ? this.timeAt(this.written - 1) : this.#maxAt
  }

  /** The value of the latest time; undefined while empty. Once that was overwritten, the one that came last. */
  get newest(): number | undefined {
    if (this.written === 0) return undefined
    return this.valueAt(this.ordered || this.#maxIndex < this.first ? this.written - 1 : this.#maxIndex)
  }

  /** True while no sample has come later than one of a later time. */
  get ordered(): boolean {
    return this.#maxLag === 0
  }

  /** True where it is as large as it may ever become. */
  get grown(): boolean {
    return this.#mask + 1 === this.#limit
  }

  push(at: number, value: number): void {
    const slot = this.written & this.#mask
    const before = this.#times[(slot - 1) & this.#mask] as number
    this.#times[slot] = at
    this.#values[slot] = value
    this.written += 1
    // In order, the newest sample itself tells the latest time: nothing else has to be written.
    if (at < before || this.#maxLag > 0) this.#noteLate(at, before)
  }

  #noteLate(at: number, before: number): void {
    if (this.#maxLag === 0) {
      this.#maxAt = before
      this.#maxIndex = this.written - 2
    }
    if (at >= this.#maxAt) {
      this.#maxAt = at
      this.#maxIndex = this.written - 1
    } else this.#maxLag = Math.max(this.#maxLag, this.#maxAt - at)
  }

  /** Doubles the capacity; false where a limit forbids it. */
  grow(): boolean {
    const capacity = this.#mask + 1
    if (capacity * 2 > this.#limit || !this.#budget.take(capacity)) return false
    const times = new Float64Array(capacity * 2)
    const values = new Float64Array(capacity * 2)
    const mask = capacity * 2 - 1
    for (let i = this.first; i < this.written; i += 1) {
      times[i & mask] = this.timeAt(i)
      values[i & mask] = this.valueAt(i)
    }
    if (this.written === 0) times[mask] = Number.NEGATIVE_INFINITY
    this.#times = times
    this.#values = values
    this.#mask = mask
    return true
  }

  timeAt(index: number): number {
    return this.#times[index & this.#mask] as number
  }

  valueAt(index: number): number {
    return this.#values[index & this.#mask] as number
  }

  /**
   * Index of the first held sample that can be later than `after`: everything before it is not.
   * A late sample sits at most `maxLag` behind the newest one of its time, so the search needs no order.
   */
  lowerBound(after: number): number {
    const bound = after - this.#maxLag
    let low = this.first
    let high = this.written
    if (this.#maxLag === 0) {
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        if (this.timeAt(middle) <= bound) low = middle + 1
        else high = middle
      }
      return low
    }
    while (high > low && this.timeAt(high - 1) > bound) high -= 1
    return high
  }

  /** True where no sample later than `after` is missing. */
  covers(after: number): boolean {
    if (after < this.heldFrom) return false
    return this.written <= this.#mask + 1 || this.timeAt(this.first) <= after - this.#maxLag
  }

  /** All samples later than this are held, epoch ms; -Infinity where none is missing. */
  get knownSince(): number {
    const overwritten = this.written > this.#mask + 1
    return overwritten ? Math.max(this.heldFrom, this.timeAt(this.first) + this.#maxLag) : this.heldFrom
  }

  /** Copies the samples from index `from` on, as many as `times` and `values` have room for. */
  copyTo(times: Float64Array, values: Float64Array, from: number): void {
    unroll(this.#times, from & this.#mask, times)
    this.copyValues(values, from)
  }

  /** Copies the values alone. */
  copyValues(values: Float64Array, from: number): void {
    unroll(this.#values, from & this.#mask, values)
  }

  release(): void {
    this.#budget.give(this.#mask + 1)
  }
}

/** Copies what begins at `start` and goes on at the beginning. */
function unroll(ring: Float64Array, start: number, into: Float64Array): void {
  const head = Math.min(into.length, ring.length - start)
  into.set(ring.subarray(start, start + head))
  if (head < into.length) into.set(ring.subarray(0, into.length - head), head)
}
