/** Lets a limited number of callers work at the same time; the others wait in the order in which they came. */
export class Turns {
  readonly #limit: () => number
  readonly #waiting: (() => void)[] = []
  #working = 0

  /** @param limit Asked at each turn, since a reload may change it. */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#working >= this.#limit()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#working += 1
    try {
      return await work()
    } finally {
      this.#working -= 1
      while (this.#working < this.#limit()) {
        const next = this.#waiting.shift()
        if (next === undefined) break
        this.#working += 1
        next()
      }
    }
  }
}
