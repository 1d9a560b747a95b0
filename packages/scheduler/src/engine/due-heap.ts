/** What the heap orders: by `fireAt`, then by `order`. `heapIndex` is the heap's own; -1 outside. */
export interface Due {
  fireAt: number
  readonly order: number
  heapIndex: number
}

/** A binary heap that knows where each entry stands, so that one can be moved or taken out in O(log n). */
export class DueHeap<T extends Due> {
  readonly #entries: T[] = []

  get size(): number {
    return this.#entries.length
  }

  peek(): T | undefined {
    return this.#entries[0]
  }

  /** Puts the entry where its `fireAt` belongs, whether it was in the heap or not. */
  set(entry: T): void {
    if (entry.heapIndex < 0) {
      entry.heapIndex = this.#entries.length
      this.#entries.push(entry)
    }
    if (!this.#up(entry)) this.#down(entry)
  }

  delete(entry: T): void {
    const at = entry.heapIndex
    if (at < 0) return
    entry.heapIndex = -1
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#put(last, at)
    if (!this.#up(last)) this.#down(last)
  }

  #up(entry: T): boolean {
    const start = entry.heapIndex
    let at = start
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.#entries[parent]
      if (above === undefined || !before(entry, above)) break
      this.#put(above, at)
      at = parent
    }
    this.#put(entry, at)
    return at !== start
  }

  #down(entry: T): void {
    let at = entry.heapIndex
    for (;;) {
      const left = this.#entries[2 * at + 1]
      const right = this.#entries[2 * at + 2]
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left
      if (child === undefined || !before(child, entry)) break
      const from = child.heapIndex
      this.#put(child, at)
      at = from
    }
    this.#put(entry, at)
  }

  #put(entry: T, at: number): void {
    this.#entries[at] = entry
    entry.heapIndex = at
  }
}

function before(a: Due, b: Due): boolean {
  return a.fireAt < b.fireAt || (a.fireAt === b.fireAt && a.order < b.order)
}
