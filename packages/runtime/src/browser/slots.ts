import { Turns } from '../turns.ts'

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
  readonly #turns: Turns

  constructor({ max, freeBytes = () => process.availableMemory() }: LaunchSlotsOptions) {
    this.#turns = new Turns((running) => {
      const most = max()
      return running === 0 || (most === undefined ? freeBytes() >= BROWSER_BYTES : running < most)
    })
  }

  get running(): number {
    return this.#turns.working
  }

  get waiting(): number {
    return this.#turns.waiting
  }

  /**
   * Waits its turn; whoever came first is first. Disposed when the browser has ended.
   *
   * @throws the signal's reason
   */
  async take(signal?: AbortSignal): Promise<Disposable> {
    await this.#turns.enter(signal)
    let over = false
    return {
      [Symbol.dispose]: () => {
        if (over) return
        over = true
        this.#turns.leave()
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
}
