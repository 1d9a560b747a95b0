export interface LaunchSlotsOptions {
  /** Browsers at a time; undefined leaves it to the memory that is free. */
  readonly max: () => number | undefined
  /** Bytes that this process may still use; default: what the system or its container says. */
  readonly freeBytes?: () => number
}

/** What a headless browser with one ordinary page takes at its largest, in bytes. */
export const BROWSER_BYTES = 300 * 1024 * 1024

/** How many browsers run at a time: as many as an operator said, or as the memory allows. One always may. */
export class LaunchSlots {
  readonly #max: () => number | undefined
  readonly #freeBytes: () => number
  readonly #queue: (() => void)[] = []
  #running = 0

  constructor({ max, freeBytes = () => process.availableMemory() }: LaunchSlotsOptions) {
    this.#max = max
    this.#freeBytes = freeBytes
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#queue.length
  }

  /**
   * Waits its turn; whoever came first is first. Disposed when the browser has ended.
   *
   * @throws the signal's reason
   */
  async take(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted()
    if (this.#queue.length > 0 || !this.#fits()) {
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        const leave = (): void => {
          this.#queue.splice(this.#queue.indexOf(turn), 1)
          reject(signal?.reason)
        }
        this.#queue.push(turn)
        signal?.addEventListener('abort', leave, { once: true })
      })
    } else this.#running++
    let over = false
    return {
      [Symbol.dispose]: () => {
        if (over) return
        over = true
        this.#running--
        while (this.#queue.length > 0 && this.#fits()) {
          this.#running++
          this.#queue.shift()?.()
        }
      },
    }
  }

  /** The slot of a browser, from its launch to its end. */
  async hold<Browser extends { readonly exited: Promise<unknown> }>(
    signal: AbortSignal,
    launch: () => Promise<Browser>,
  ): Promise<Browser> {
    const slot = await this.take(signal)
    const release = (): void => slot[Symbol.dispose]()
    try {
      const browser = await launch()
      void browser.exited.then(release, release)
      return browser
    } catch (error) {
      release()
      throw error
    }
  }

  #fits(): boolean {
    const max = this.#max()
    return this.#running === 0 || (max === undefined ? this.#freeBytes() >= BROWSER_BYTES : this.#running < max)
  }
}
