export interface BatchOptions<Item> {
  /** Items of one batch at most. */
  readonly limit: number
  /** Of one batch at most, as `weigh` counts. */
  readonly weight: number
  readonly weigh: (item: Item) => number
  /** After the first item of a batch. */
  readonly delayMs: number
  /** Items that wait at most; what comes while so many do is dropped. */
  readonly capacity: number
}

/** Collects items and hands them on together, one batch at a time: a slow receiver costs items, never memory. */
export class Batch<Item> {
  readonly #send: (items: readonly Item[]) => Promise<unknown>
  readonly #options: BatchOptions<Item>
  #items: Item[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #dropped = 0

  constructor(send: (items: readonly Item[]) => Promise<unknown>, options: BatchOptions<Item>) {
    this.#send = send
    this.#options = options
  }

  /** How many were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  add(item: Item): void {
    if (this.#items.length >= this.#options.capacity) {
      this.#dropped += 1
      return
    }
    this.#items.push(item)
    if (this.#items.length >= this.#options.limit) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), this.#options.delayMs)
  }

  /** Resolves once everything that was added is handed on. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #drain(): Promise<void> {
    while (this.#items.length > 0) await this.#send(this.#next()).catch(() => undefined)
  }

  #next(): readonly Item[] {
    const { limit, weight, weigh } = this.#options
    let total = 0
    let count = 0
    for (const item of this.#items) {
      total += weigh(item)
      if (count > 0 && (count >= limit || total > weight)) break
      count += 1
    }
    return this.#items.splice(0, count)
  }
}
