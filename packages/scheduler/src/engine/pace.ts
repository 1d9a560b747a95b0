/** Taken at load, so that faked globals cannot stop it. */
const macrotask = setImmediate

/** Lets so many pass in one turn of the event loop; the rest wait for the next turns, in order. */
export class Pace {
  readonly #perTurn: () => number
  #passed = 0
  #waiting: (() => void)[] = []
  #scheduled = false

  /** @param perTurn asked anew at each turn */
  constructor(perTurn: () => number) {
    this.#perTurn = perTurn
  }

  /** Nothing to wait for, or a promise of a later turn. */
  pass(): Promise<void> | undefined {
    this.#schedule()
    if (this.#waiting.length === 0 && this.#passed < this.#perTurn()) {
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
      const next = this.#waiting.slice(0, this.#perTurn())
      this.#waiting = this.#waiting.slice(next.length)
      this.#passed = next.length
      if (this.#waiting.length > 0 || next.length > 0) this.#schedule()
      for (const resolve of next) resolve()
    })
  }
}
