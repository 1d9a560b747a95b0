/**
 * Typed listeners. A listener that throws disturbs neither the others nor the caller: its error is thrown again on a microtask of its
 * own, where the process sees it as uncaught.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set)
    // A wrapper of its own, so that the same function twice is two subscriptions.
    const entry = (event: Events[Name]): void => listener(event)
    set.add(entry)
    return () => {
      set.delete(entry)
    }
  }

  /** Whether building an event is worth its cost. */
  has(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const set = this.#listeners.get(name)
    if (set === undefined) return
    for (const listener of [...set] as ((event: Events[Name]) => void)[]) {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
