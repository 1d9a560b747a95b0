/** Lets as many work at the same time as fit; the others wait in the order in which they came. */
export class Turns {
  readonly #fits: (working: number) => boolean
  readonly #queue: (() => void)[] = []
  #working = 0

  /** @param fits whether one more may work beside so many; asked at each turn, since the answer may change. */
  constructor(fits: (working: number) => boolean) {
    this.#fits = fits
  }

  get working(): number {
    return this.#working
  }

  get waiting(): number {
    return this.#queue.length
  }

  /**
   * Works when it is its turn.
   *
   * @throws the signal's reason, where it is aborted before that
   */
  async take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.enter(signal)
    if (turn !== undefined) await turn
    try {
      return await work()
    } finally {
      this.leave()
    }
  }

  /**
   * Waits its turn; undefined where that is now. Follow with `leave`.
   *
   * @throws the signal's reason, at once or while it waits
   */
  enter(signal?: AbortSignal): Promise<void> | undefined {
    signal?.throwIfAborted()
    if (this.#queue.length === 0 && this.#fits(this.#working)) {
      this.#working++
      return undefined
    }
    return new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal?.removeEventListener('abort', gone)
        resolve()
      }
      const gone = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1)
        reject(signal?.reason)
      }
      this.#queue.push(turn)
      signal?.addEventListener('abort', gone, { once: true })
    })
  }

  leave(): void {
    this.#working--
    while (this.#queue.length > 0 && this.#fits(this.#working)) {
      this.#working++
      this.#queue.shift()?.()
    }
  }
}
