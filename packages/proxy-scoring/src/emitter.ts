/** Typed listeners. A listener that throws disturbs neither the others nor the caller: its error becomes a warning of the process. */
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
        warnOf(`A listener of ${String(name)}`, error)
      }
    }
  }
}

/** Tells of a callback's error where nobody can be given it: `process.on('warning')`, by default the standard error output. */
export function warnOf(who: string, error: unknown): void {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`${who} threw: ${said}`, { type: 'ProxyScoringWarning' })
}
