/**
 * What waits for one reader of a stream: a slow one delays nobody, and reads on from where the items are stored.
 *
 * | state | `offer` | left by |
 * |---|---|---|
 * | behind | kept while they fit, so that nothing is between the last page and them | `caughtUp`: live; if some did not fit: behind |
 * | live | kept; when they do not fit, all are dropped: behind | |
 */
export class Backlog<Item extends { readonly id: number }> {
  readonly after: number | undefined
  readonly #capacity: number
  #waiting: Item[] = []
  #behind: boolean
  #dropped = false
  #wake: (() => void) | undefined
  ended = false
  /** Id of the first item offered. */
  first: number | undefined

  constructor(capacity: number, after: number | undefined) {
    this.#capacity = capacity
    this.after = after
    this.#behind = true
  }

  offer(events: readonly Item[]): void {
    this.first ??= events[0]?.id
    if (this.#waiting.length + events.length > this.#capacity) {
      this.#waiting = []
      this.#dropped = true
      this.#behind = true
    } else {
      this.#waiting.push(...events)
    }
    this.#wake?.()
  }

  take(): readonly Item[] | 'behind' {
    if (this.#behind) {
      this.#dropped = false
      this.#waiting = []
      return 'behind'
    }
    const taken = this.#waiting
    this.#waiting = []
    return taken
  }

  caughtUp(): void {
    if (!this.#dropped) this.#behind = false
  }

  more(): Promise<void> {
    if (this.ended || this.#behind || this.#waiting.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  end(): void {
    this.ended = true
    this.#wake?.()
  }
}
