/** What a roster links; the links are its own. */
export interface Entry<T> {
  readonly id: string
  previous: T | undefined
  next: T | undefined
}

/**
 * Executions, in order. A linked list, since a burst adds them by the ten thousand and hardly anybody asks for one by
 * its id but for the first; from the first such question on until it is empty it has an index too.
 */
export class Roster<T extends Entry<T>> {
  #first: T | undefined
  #last: T | undefined
  #index: Map<string, T> | undefined

  get first(): T | undefined {
    return this.#first
  }

  add(entry: T): void {
    entry.previous = this.#last
    if (this.#last === undefined) this.#first = entry
    else this.#last.next = entry
    this.#last = entry
    this.#index?.set(entry.id, entry)
  }

  /** Does nothing where it was taken out before. */
  delete(entry: T): void {
    const { previous, next } = entry
    if (previous === undefined && this.#first !== entry) return
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    entry.previous = undefined
    entry.next = undefined
    if (this.#first === undefined) this.#index = undefined
    else this.#index?.delete(entry.id)
  }

  get(id: string): T | undefined {
    if (this.#first === undefined || this.#first.id === id) return this.#first
    this.#index ??= new Map(this.all().map((entry) => [entry.id, entry]))
    return this.#index.get(id)
  }

  all(): T[] {
    const all: T[] = []
    for (let entry = this.#first; entry !== undefined; entry = entry.next) all.push(entry)
    return all
  }
}
