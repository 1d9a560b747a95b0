import type { EventGap, EventSubscription, EventType, RefbotEvent, Store } from '../store/index.ts'

export type EventListener = (event: RefbotEvent) => void

/** The one stream of what changed, in the order in which the changes were committed. */
export class EventStream {
  readonly #store: () => Pick<Store, 'feed' | 'events'>
  readonly #listeners = new Set<EventListener>()

  constructor(store: () => Pick<Store, 'feed' | 'events'>) {
    this.#store = store
  }

  /** Called by the store with the events of each commit. */
  readonly publish = (events: readonly RefbotEvent[]): void => {
    for (const event of events) for (const listener of [...this.#listeners]) deliver(listener, event)
  }

  /** Calls back as events are committed. One that throws harms nobody else. Returns what ends it. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** As {@link listen}, for events of one type. */
  on<Type extends EventType>(type: Type, listener: (event: Extract<RefbotEvent, { type: Type }>) => void): () => void {
    return this.listen((event) => {
      if (event.type === type) listener(event as Extract<RefbotEvent, { type: Type }>)
    })
  }

  /** What is stored after an id, oldest first. */
  since(id: number, limit: number): Promise<readonly RefbotEvent[]> {
    return this.#store().events.since(id, limit)
  }

  /**
   * Every event after one that the reader has, at the reader's own pace: a slow one delays nobody, reads on from the
   * store, and is told of a gap where retention was faster.
   */
  subscribe(options?: EventSubscription): AsyncGenerator<RefbotEvent | EventGap, void, undefined> {
    return this.#store().feed.subscribe(options)
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
