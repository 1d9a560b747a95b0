/** What the heap orders: by `fireAt`, then by `order`. `heapIndex` is the heap's own: its place, OUTSIDE or TAKEN. */
export interface Due {
  fireAt: number
  readonly order: number
  heapIndex: number
}

export const OUTSIDE = -1
/** It was handed out by `takeDue`, and neither set nor deleted since. */
export const TAKEN = -2

/** Fewer than these are taken out one by one. */
const FEW = 64

/** A binary heap that knows where each entry stands, so that one can be moved or taken out in O(log n). */
export class DueHeap<T extends Due> {
  #entries: T[] = []

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
    entry.heapIndex = OUTSIDE
    if (at < 0) return
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#put(last, at)
    if (!this.#up(last)) this.#down(last)
  }

  /**
   * Takes out all that is due by `now`, in order. Few are taken one by one; for many it is cheaper to sort them (they
   * are nearly sorted as a rule) and to build a new heap of the rest: O(n) beside O(k log n).
   */
  takeDue(now: number): T[] {
    const due = this.#due(now).sort(compare)
    if (due.length < FEW) {
      for (const entry of due) this.delete(entry)
    } else {
      for (const entry of due) entry.heapIndex = TAKEN
      this.#entries = this.#entries.filter((entry) => entry.heapIndex !== TAKEN)
      this.#build()
    }
    for (const entry of due) entry.heapIndex = TAKEN
    return due
  }

  #build(): void {
    const entries = this.#entries
    for (let at = 0; at < entries.length; at++) this.#put(entries[at] as T, at)
    for (let at = (entries.length >> 1) - 1; at >= 0; at--) this.#down(entries[at] as T)
  }

  /** Those that are due stand together at the top: each one's parent is due as well. Breadth first. */
  #due(now: number): T[] {
    const due: T[] = []
    const [first] = this.#entries
    if (first !== undefined && first.fireAt <= now) due.push(first)
    for (let n = 0; n < due.length; n++) {
      const at = due[n]?.heapIndex ?? 0
      for (let child = 2 * at + 1; child <= 2 * at + 2; child++) {
        const entry = this.#entries[child]
        if (entry !== undefined && entry.fireAt <= now) due.push(entry)
      }
    }
    return due
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

function compare(a: Due, b: Due): number {
  return a.fireAt - b.fireAt || a.order - b.order
}
