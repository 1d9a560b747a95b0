import type { LeasedPage } from './proxies.ts'

/** Ends pages while the next ones open already: it takes the browser as long as filling in a field or two. */
export class Closing implements AsyncDisposable {
  readonly #overlaps: boolean
  #last: Promise<void> = Promise.resolve()

  /** `most` pages may be open at a time, those that are being closed as well; each lane may have one of each kind. */
  constructor(lanes: number, most: number) {
    this.#overlaps = lanes * 2 <= most
  }

  /** Resolves when the next page may be opened; at the latest then, those that were closed before are gone. */
  async close(leased: LeasedPage): Promise<void> {
    const closed = Promise.resolve(leased[Symbol.asyncDispose]())
    // A proxy is judged, and free again, once its page is closed.
    if (!this.#overlaps || leased.lease !== undefined) return closed
    closed.catch(() => undefined)
    const before = this.#last
    this.#last = closed
    await before
  }

  /** Resolves when all are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
  }
}
