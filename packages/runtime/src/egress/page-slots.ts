import { RefbotError } from '../errors.ts'

export interface SlotRequest {
  readonly origin: string
  readonly runId: string
  /** Pages that may be open on the origin at a time, over all runs; null is no limit. */
  readonly limit: number | null
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

interface Slot {
  readonly runId: string
}

interface Waiting {
  readonly limit: number
  readonly slot: Slot
  grant(): void
}

/**
 * The open pages of each origin, over all runs. A run that has none there waits its turn. One that has some is told at
 * once, and so is one whose pages all those that it would wait for wait for in turn: they would wait for ever.
 */
export class PageSlots {
  readonly #open = new Map<string, Set<Slot>>()
  readonly #queues = new Map<string, Waiting[]>()

  /** Pages open on an origin now. */
  openOn(origin: string): number {
    return this.#open.get(origin)?.size ?? 0
  }

  /** Origins with open pages. */
  origins(): readonly string[] {
    return [...this.#open.keys()]
  }

  /** Runs that wait for a page on an origin now. */
  waitingFor(origin: string): number {
    return this.#queues.get(origin)?.length ?? 0
  }

  /**
   * Resolves with the page's slot, to be disposed with it.
   *
   * @throws RefbotError `ORIGIN_CONCURRENCY`
   * @throws the signal's reason
   */
  async take({ origin, runId, limit, signal }: SlotRequest): Promise<Disposable> {
    const open = this.#openOf(origin)
    const slot = { runId }
    const queue = this.#queues.get(origin) ?? []
    if (limit === null || (open.size < limit && queue.length === 0)) return this.#hand(origin, slot)
    if ([...open].some((each) => each.runId === runId) || this.#awaits(origin, runId)) {
      throw new RefbotError('ORIGIN_CONCURRENCY', `${origin} allows ${limit} open pages at a time.`, {
        hint: 'Close the pages that are open before you open the next one.',
      })
    }
    signal?.throwIfAborted()
    return await new Promise<Disposable>((resolve, reject) => {
      const waiting: Waiting = {
        limit,
        slot,
        grant: () => {
          signal?.removeEventListener('abort', left)
          resolve(this.#hand(origin, slot))
        },
      }
      const left = (): void => {
        const at = queue.indexOf(waiting)
        if (at !== -1) queue.splice(at, 1)
        reject(signal?.reason)
        this.#next(origin)
      }
      queue.push(waiting)
      this.#queues.set(origin, queue)
      signal?.addEventListener('abort', left, { once: true })
    })
  }

  /** Whether no page on the origin can be closed before one of the run is. */
  #awaits(origin: string, runId: string, passed: ReadonlySet<string> = new Set()): boolean {
    const holders = new Set([...(this.#open.get(origin) ?? [])].map((slot) => slot.runId))
    if (holders.size === 0 || passed.has(origin)) return false
    const further = new Set([...passed, origin])
    return [...holders].every((holder) => {
      const wanted = [...this.#queues].find(([, queue]) => queue.some(({ slot }) => slot.runId === holder))?.[0]
      return holder === runId || (wanted !== undefined && this.#awaits(wanted, runId, further))
    })
  }

  #hand(origin: string, slot: Slot): Disposable {
    this.#openOf(origin).add(slot)
    return {
      [Symbol.dispose]: () => {
        if (this.#open.get(origin)?.delete(slot) === true) this.#next(origin)
      },
    }
  }

  #next(origin: string): void {
    const queue = this.#queues.get(origin) ?? []
    for (let first = queue[0]; first !== undefined && this.openOn(origin) < first.limit; first = queue[0]) {
      queue.shift()
      first.grant()
    }
    if (queue.length === 0) this.#queues.delete(origin)
    if (this.openOn(origin) === 0) this.#open.delete(origin)
  }

  #openOf(origin: string): Set<Slot> {
    const open = this.#open.get(origin) ?? new Set()
    this.#open.set(origin, open)
    return open
  }
}
