const none = new Float64Array(0)

/** Counts by whole-numbered index, dense between the lowest and the highest index seen. */
export class Bins {
  #counts: Float64Array = none
  #offset = 0
  #low = 0
  #high = -1
  total = 0

  /** Lowest index with a count; meaningless while empty. */
  get low(): number {
    return this.#low
  }

  get high(): number {
    return this.#high
  }

  /** Indices from the lowest to the highest, both included. */
  get span(): number {
    return this.#high - this.#low + 1
  }

  add(index: number, count: number): void {
    const slot = index - this.#offset
    if (slot >= 0 && slot < this.#counts.length && this.total > 0) {
      ;(this.#counts[slot] as number) += count
      this.total += count
      if (index < this.#low) this.#low = index
      else if (index > this.#high) this.#high = index
      return
    }
    this.#reach(index)
    const at = index - this.#offset
    this.#counts[at] = (this.#counts[at] as number) + count
    this.total += count
  }

  countAt(index: number): number {
    return this.#counts[index - this.#offset] ?? 0
  }

  /** Halves the resolution: the buckets `2i - 1` and `2i` become the bucket `i`. */
  collapse(): void {
    if (this.total === 0) return
    const before = { counts: this.#counts, offset: this.#offset, low: this.#low, high: this.#high }
    this.#counts = none
    this.total = 0
    this.#high = -1
    this.#low = 0
    for (let index = before.low; index <= before.high; index += 1) {
      const count = before.counts[index - before.offset] as number
      if (count > 0) this.add(Math.ceil(index / 2), count)
    }
  }

  #reach(index: number): void {
    const low = this.total === 0 ? index : Math.min(this.#low, index)
    const high = this.total === 0 ? index : Math.max(this.#high, index)
    const fits = low >= this.#offset && high < this.#offset + this.#counts.length
    if (this.total === 0 || !fits) {
      // Half as much again on both sides, so that a drifting value does not copy at each step.
      const slack = 8 + Math.ceil((high - low) / 4)
      const counts = new Float64Array(high - low + 1 + 2 * slack)
      const offset = low - slack
      for (let i = this.#low; this.total > 0 && i <= this.#high; i += 1) counts[i - offset] = this.countAt(i)
      this.#counts = counts
      this.#offset = offset
    }
    this.#low = low
    this.#high = high
  }
}
