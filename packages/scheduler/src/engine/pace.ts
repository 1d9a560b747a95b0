/** Taken at load, so that faked globals cannot stop it. */
const macrotask = setImmediate

/** Lets so many pass in one turn of the event loop; the rest wait for the next turns, in order. */
export class Pace {
  readonly #perTurn: () => number
  #passed = 0
  /** Those before `#first` have passed. */
  #waiting: (() => void)[] = []
  #first = 0
  #scheduled = false

  /** @param perTurn asked anew at each turn */
  constructor(perTurn: () => number) {
    this.#perTurn = perTurn
  }

  /** Nothing to wait for, or a promise of a later turn. */
  pass(): Promise<void> | undefined {
    this.#schedule()
    if (this.#first === this.#waiting.length && this.#passed < this.#perTurn()) {
      this.#passed++
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    macrotask(() => {
      this.#scheduled = false
      const from = this.#first
      const to = Math.min(this.#waiting.length, from + this.#perTurn())
      const next = this.#waiting.slice(from, to)
      this.#first = to
      if (to === this.#waiting.length) {
        this.#waiting = []
        this.#first = 0
      }
      this.#passed = next.length
      if (next.length > 0) this.#schedule()
      for (const resolve of next) resolve()
    })
  }
}
