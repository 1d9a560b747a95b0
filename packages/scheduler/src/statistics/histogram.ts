/** Quantiles are right to 1 %. */
const ACCURACY = 0.01
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
const LOG_GAMMA = Math.log(GAMMA)
/** Of values below 1, which are one bucket: times are whole milliseconds. */
const ZERO = -1

/**
 * Streaming quantiles in bounded memory: counts per bucket, the bucket borders growing by a constant factor (DDSketch:
 * Masson, Rim, Lee, VLDB 2019). About 1,100 buckets reach from a millisecond to a century.
 */
export class Histogram {
  /** Most series of a job fall into one bucket, for which a map would be too much. */
  #only = ZERO
  #onlyCount = 0
  #buckets: Map<number, number> | undefined

  add(value: number): void {
    const bucket = value < 1 ? ZERO : Math.ceil(Math.log(value) / LOG_GAMMA)
    if (this.#buckets === undefined) {
      if (this.#onlyCount === 0 || bucket === this.#only) {
        this.#only = bucket
        this.#onlyCount++
        return
      }
      this.#buckets = new Map([[this.#only, this.#onlyCount]])
    }
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  /** The values below which the given parts (0 to 1, ascending) of all lie; 0 where there are none. */
  quantiles(parts: readonly number[]): number[] {
    const buckets = [...(this.#buckets ?? [[this.#only, this.#onlyCount] as const])].sort(([a], [b]) => a - b)
    const count = buckets.reduce((sum, [, n]) => sum + n, 0)
    return parts.map((part) => {
      const rank = Math.max(1, Math.ceil(part * count))
      let seen = 0
      for (const [bucket, n] of buckets) {
        seen += n
        if (seen >= rank) return middleOf(bucket)
      }
      return 0
    })
  }
}

/** The middle of a bucket, in the sense of the relative error. */
function middleOf(bucket: number): number {
  return bucket === ZERO ? 0 : (2 * GAMMA ** bucket) / (GAMMA + 1)
}
