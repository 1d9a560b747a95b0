import type { EventType, RefbotEvent } from '../store/index.ts'

export type EventListener = (event: RefbotEvent) => void

/** The one stream of what changed, in the order in which the changes were committed. */
export class EventStream {
  readonly #listeners = new Set<EventListener>()

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
