const BUCKETS = 10
const HALF = 0x8000
const FULL = HALF - 1

/**
 * Counts of successes and failures over the last `windowMs`, in ten buckets: an outcome leaves between 0.9 and 1 window after it came.
 * Each bucket is one small integer (successes above bit 15, failures below), so a window costs about 130 bytes.
 */
export class SlidingWindow {
  readonly #bucketMs: number
  readonly #buckets: number[] = new Array<number>(BUCKETS).fill(0)
  #newest = -1

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS
  }

  add(ok: boolean, now: number): void {
    const slot = this.#advance(now)
    let value = this.#buckets[slot] ?? 0
    // A full bucket is halved: the ratio survives, the sum stays a small integer.
    if ((value & FULL) === FULL || value >>> 15 === FULL) value = ((value >>> 16) * HALF) | ((value & FULL) >>> 1)
    this.#buckets[slot] = value + (ok ? HALF : 1)
  }

  counts(now: number): { successes: number; failures: number } {
    this.#advance(now)
    let successes = 0
    let failures = 0
    for (const value of this.#buckets) {
      successes += value >>> 15
      failures += value & FULL
    }
    return { successes, failures }
  }

  /** Holds these counts as of `now`; more than a bucket can hold are scaled down, so that the ratio survives. */
  fill({ successes, failures }: { successes: number; failures: number }, now: number): void {
    const scale = Math.max(1, successes / FULL, failures / FULL)
    this.#buckets[this.#advance(now)] = Math.round(successes / scale) * HALF + Math.round(failures / scale)
  }

  clear(): void {
    this.#buckets.fill(0)
  }

  #advance(now: number): number {
    const tick = Math.floor(now / this.#bucketMs)
    if (tick > this.#newest) {
      const gone = Math.min(BUCKETS, tick - this.#newest)
      for (let i = 0; i < gone; i += 1) this.#buckets[(tick - i) % BUCKETS] = 0
      this.#newest = tick
    }
    return this.#newest % BUCKETS
  }
}
