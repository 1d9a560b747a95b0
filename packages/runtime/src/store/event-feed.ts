import { Backlog } from './backlog.ts'
import type { RefbotEvent } from './event-types.ts'

/** Events that a reader asked for and that retention has deleted: those behind `after`, up to `until`. */
export interface EventGap {
  readonly type: 'gap'
  readonly after: number
  readonly until: number
}

export interface StoredEvents {
  since(id: number, limit: number): Promise<readonly RefbotEvent[]>
  /** Ids of the oldest event that is still stored and of the newest ever committed; 0 where there is none. */
  range(): Promise<{ readonly first: number; readonly last: number }>
}

export interface EventSubscription {
  /** Id of the last event that the reader has; default: only what happens from now on. */
  readonly after?: number
  /** Ends the subscription. */
  readonly signal?: AbortSignal
  /** Events that wait in memory for a slow reader; the others it gets from the store. Default 1,000. */
  readonly capacity?: number
}

export type EventStore = Pick<StoredEvents, 'since'>

export interface EventReader extends Pick<StoredEvents, 'range'> {
  /**
   * Events as they are committed, behind `after`; none missing, none twice, but for gaps that are told. A reader may
   * be as slow as it likes: nobody waits for it.
   */
  subscribe(options?: EventSubscription): AsyncGenerator<RefbotEvent | EventGap, void, undefined>
}

const PAGE = 500

/**
 * Hands committed events to any number of readers and waits for none of them. A reader that falls behind by more than
 * its capacity reads on from the store; where retention was faster, it is told of the gap.
 */
export class EventFeed {
  readonly #stored: StoredEvents
  readonly #readers = new Set<Backlog<RefbotEvent>>()
  /** Of what was published; undefined until something was. */
  #last: number | undefined

  constructor(stored: StoredEvents) {
    this.#stored = stored
  }

  readonly publish = (events: readonly RefbotEvent[]): void => {
    this.#last = events.at(-1)?.id ?? this.#last
    for (const reader of this.#readers) reader.offer(events)
  }

  /** Begins at once: nothing that is committed after this call is missed. */
  subscribe({
    after,
    signal,
    capacity = 1000,
  }: EventSubscription = {}): AsyncGenerator<RefbotEvent | EventGap, void, undefined> {
    const reader = new Backlog<RefbotEvent>(capacity, after ?? this.#last)
    this.#readers.add(reader)
    const start = reader.after === undefined ? this.#stored.range() : undefined
    // Failing is told to whoever reads on; until somebody does, it is nobody's unhandled rejection.
    start?.catch(() => undefined)
    const leave = (): void => {
      this.#readers.delete(reader)
      reader.end()
    }
    if (signal?.aborted === true) leave()
    signal?.addEventListener('abort', leave, { once: true })
    return this.#read(reader, start, () => {
      leave()
      signal?.removeEventListener('abort', leave)
    })
  }

  /** Ends every subscription. */
  close(): void {
    for (const reader of this.#readers) reader.end()
    this.#readers.clear()
  }

  async #deletedUntil(after: number, next: number | undefined): Promise<number> {
    const { first } = await this.#stored.range()
    // An id that is missing in between was rolled back: only what is older than the oldest was deleted.
    return first <= after + 1 ? after : (next ?? first) - 1
  }

  async *#read(
    reader: Backlog<RefbotEvent>,
    start: ReturnType<StoredEvents['range']> | undefined,
    leave: () => void,
  ): AsyncGenerator<RefbotEvent | EventGap, void, undefined> {
    try {
      let last = reader.after ?? 0
      if (start !== undefined) {
        // Events that came before this answer are newer than the subscription: they are read again from the store.
        last = Math.min((await start).last, (reader.first ?? Number.POSITIVE_INFINITY) - 1)
      }
      while (!reader.ended) {
        const batch = reader.take()
        if (batch === 'behind') {
          const page = await this.#stored.since(last, PAGE)
          const until = page[0]?.id === last + 1 ? last : await this.#deletedUntil(last, page[0]?.id)
          if (until > last) {
            yield { type: 'gap', after: last, until }
            last = until
          }
          for (const event of page) {
            last = event.id
            yield event
            if (reader.ended) return
          }
          if (page.length < PAGE) reader.caughtUp()
          continue
        }
        for (const event of batch) {
          if (event.id <= last) continue
          last = event.id
          yield event
          if (reader.ended) return
        }
        if (batch.length === 0) await reader.more()
      }
    } catch (error) {
      // A store that is closed answers nobody, and has ended its subscriptions.
      if (!reader.ended) throw error
    } finally {
      leave()
    }
  }
}
