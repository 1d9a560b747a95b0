interface Peak {
  readonly at: number
  readonly score: number
}

/** Peaks that are nearer to each other than this share of the window are one. */
const grain = 1 / 256

/**
 * The highest score of a window that moves on, in memory of a stated bound: of samples less than a 256th of the window
 * apart only the highest is kept, and none that a later one tops.
 */
export class WindowPeak {
  readonly #windowMs: number
  /** Ascending in time, falling in score. */
  #peaks: Peak[] = []

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  push(at: number, score: number): void {
    if (score <= 0) return
    let place = this.#peaks.length
    while (place > 0 && (this.#peaks[place - 1] as Peak).at > at) place -= 1
    const later = this.#peaks[place]
    if (later !== undefined && later.score >= score) return
    let from = place
    while (from > 0 && (this.#peaks[from - 1] as Peak).score <= score) from -= 1
    const before = this.#peaks[from - 1]
    if (before !== undefined && at - before.at < this.#windowMs * grain) return
    this.#peaks.splice(from, place - from, { at, score })
  }

  /** 0 where no sample later than `since` (epoch ms) had a score above 0. */
  highest(since: number): number {
    let gone = 0
    while (gone < this.#peaks.length && (this.#peaks[gone] as Peak).at <= since) gone += 1
    if (gone > 0) this.#peaks.splice(0, gone)
    return this.#peaks[0]?.score ?? 0
  }

  /** Ascending in time. */
  list(): (readonly [at: number, score: number])[] {
    return this.#peaks.map(({ at, score }) => [at, score] as const)
  }
}
