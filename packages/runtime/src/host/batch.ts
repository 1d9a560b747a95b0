/** Collects items and hands them on together: when `limit` are there, and at most `delayMs` after the first. */
export class Batch<Item> {
  readonly #send: (items: Item[]) => Promise<unknown>
  readonly #limit: number
  readonly #delayMs: number
  #items: Item[] = []
  #timer: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(send: (items: Item[]) => Promise<unknown>, options: { limit: number; delayMs: number }) {
    this.#send = send
    this.#limit = options.limit
    this.#delayMs = options.delayMs
  }

  add(item: Item): void {
    this.#items.push(item)
    if (this.#items.length >= this.#limit) this.#hand()
    else this.#timer ??= setTimeout(() => this.#hand(), this.#delayMs)
  }

  /** Resolves once everything that was added is handed on. */
  async flush(): Promise<void> {
    this.#hand()
    await this.#last
  }

  #hand(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#last = Promise.allSettled([this.#last, this.#send(items)])
  }
}
