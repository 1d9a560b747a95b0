const mostNames = 10_000

/** Since when memory knows of every sample: what was before its time, or has left it, only the store can tell. */
export class Coverage {
  readonly #lost = new Map<string, number>()
  readonly #known = new Map<string, number>()
  /** For all metrics, epoch ms. */
  knownSince: number

  constructor(knownSince: number) {
    this.knownSince = knownSince
  }

  /** Epoch ms; -Infinity where nothing was ever lost. */
  since(name: string): number {
    return Math.max(this.#known.get(name) ?? this.knownSince, this.#lost.get(name) ?? Number.NEGATIVE_INFINITY)
  }

  /** Of this metric more is known than of the others. */
  know(name: string, since: number): void {
    this.#known.set(name, since)
  }

  /** Samples of a metric up to `until` (epoch ms) are not in memory, or no longer. */
  lose(name: string, until: number): void {
    const before = this.#lost.get(name)
    if (before === undefined && this.#lost.size >= mostNames) {
      // Names without end must not fill the memory: what is known of the oldest holds for all from now on.
      const [oldest, at] = this.#lost.entries().next().value ?? ['', until]
      this.#lost.delete(oldest)
      this.knownSince = Math.max(this.knownSince, at)
    }
    this.#lost.set(name, Math.max(before ?? Number.NEGATIVE_INFINITY, until))
  }
}
