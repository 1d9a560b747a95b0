/** Typed listeners. A listener that throws or rejects disturbs neither the others nor the caller: its error becomes a warning of the process. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set)
    // A wrapper of its own, so that the same function twice is two subscriptions.
    const entry = (event: Events[Name]): unknown => listener(event)
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
    for (const listener of [...set] as ((event: Events[Name]) => void)[])
      callOut(`A listener of ${String(name)}`, () => listener(event))
  }
}

/** Calls what only listens. It may be an async function: its rejection would otherwise end the process. */
export function callOut(who: string, call: () => unknown): void {
  try {
    const result = call()
    if (result instanceof Promise) result.catch((error: unknown) => warnOf(who, error))
  } catch (error) {
    warnOf(who, error)
  }
}

/** Tells of a callback's error where nobody can be given it: `process.on('warning')`, by default the standard error output. */
function warnOf(who: string, error: unknown): void {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`${who} threw: ${said}`, { type: 'ProxyScoringWarning' })
}
