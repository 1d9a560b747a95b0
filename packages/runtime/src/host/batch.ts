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
  #isDraining = false
  #dropped = 0
  #added = 0
  #handedOn = 0

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
    this.#added += 1
    if (this.#items.length >= this.#options.limit) void this.#drain()
    else this.#timer ??= setTimeout(() => void this.#drain(), this.#options.delayMs)
  }

  /** Resolves once everything that was added until now is handed on. */
  async flush(): Promise<void> {
    const last = this.#added
    while (this.#handedOn < last) await this.#turn()
  }

  /** Hands on everything at once, and waits for nothing. */
  sendAll(): void {
    while (this.#items.length > 0) void this.#handOn(this.#next())
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#isDraining) return
    this.#isDraining = true
    while (this.#items.length > 0) await this.#turn()
    this.#isDraining = false
  }

  /** One batch, or the end of the one that is on its way. */
  #turn(): Promise<void> {
    this.#sending ??= this.#handOn(this.#next()).then(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #handOn(items: readonly Item[]): Promise<void> {
    try {
      await this.#send(items)
    } catch {
      this.#dropped += items.length
    }
    this.#handedOn += items.length
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
