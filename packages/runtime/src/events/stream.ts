import type { EventType, RefbotEvent } from '../store/index.ts'

export type EventListener = (event: RefbotEvent) => void

/** Where events are kept: what a reader that was away, or fell behind, reads from. */
export interface EventSource {
  /** Events after `id`, oldest first. */
  since(id: number, limit: number): Promise<readonly RefbotEvent[]>
}

export interface ReadOptions {
  /** Id of the last event that the reader has; without it, reading begins with what happens from now on. */
  readonly after?: number
  /** Ends the reading. */
  readonly signal?: AbortSignal
}

/** Events that wait in memory for one reader; one that falls further behind reads on from the store. */
const MAX_WAITING = 1000
const PAGE = 500

/** The one stream of what changed, in the order in which the changes were committed. */
export class EventStream {
  readonly #source: () => EventSource
  readonly #listeners = new Set<EventListener>()

  constructor(source: () => EventSource) {
    this.#source = source
  }

  /** Called by the store with the events of each commit. */
  readonly publish = (events: readonly RefbotEvent[]): void => {
    for (const event of events) for (const listener of [...this.#listeners]) deliver(listener, event)
  }

  /** The listener must not throw; one that does harms nobody else. Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** As {@link subscribe}, for events of one type. */
  on<Type extends EventType>(type: Type, listener: (event: Extract<RefbotEvent, { type: Type }>) => void): () => void {
    return this.subscribe((event) => {
      if (event.type === type) listener(event as Extract<RefbotEvent, { type: Type }>)
    })
  }

  /** What is stored after `id`, oldest first. */
  since(id: number, limit: number = PAGE): Promise<readonly RefbotEvent[]> {
    return this.#source().since(id, limit)
  }

  /**
   * Every event after `after`, at the reader's own pace: none twice, and none left out but those that retention has
   * deleted. A slow reader costs a bounded queue and delays nobody.
   */
  async *read({ after, signal }: ReadOptions = {}): AsyncGenerator<RefbotEvent> {
    const queue: RefbotEvent[] = []
    let overflowed = false
    let last = after
    let wake: () => void = () => undefined
    const off = this.subscribe((event) => {
      if (queue.length < MAX_WAITING) queue.push(event)
      else overflowed = true
      wake()
    })
    const stop = () => wake()
    signal?.addEventListener('abort', stop)
    try {
      let behind = after !== undefined
      while (signal?.aborted !== true) {
        if (behind) {
          const page = await this.since(last ?? 0, PAGE)
          for (const event of page) {
            last = event.id
            yield event
          }
          behind = page.length === PAGE
          continue
        }
        const event = queue.shift()
        if (event !== undefined) {
          if (last !== undefined && event.id <= last) continue
          last = event.id
          yield event
        } else if (overflowed) {
          overflowed = false
          behind = true
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      off()
      signal?.removeEventListener('abort', stop)
    }
  }
}

function deliver(listener: EventListener, event: RefbotEvent): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      process.emitWarning(error instanceof Error ? error : String(error), { code: 'REFBOT_LISTENER_FAILED' })
    })
  }
}
