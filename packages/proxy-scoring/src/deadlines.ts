/** Things that are due at a time, the earliest first: a binary heap. Nothing is ever taken out early; who pops must look whether it still holds. */
export class Deadlines<T> {
  readonly #heap: { readonly at: number; readonly item: T }[] = []

  get size(): number {
    return this.#heap.length
  }

  push(at: number, item: T): void {
    const heap = this.#heap
    let i = heap.length
    const entry = { at, item }
    heap.push(entry)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.at <= at) break
      heap[i] = above
      i = parent
    }
    heap[i] = entry
  }

  /** Takes out the earliest that is due at `now`. */
  pop(now: number): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.at > now) return undefined
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first.item
  }

  #sink(entry: { readonly at: number; readonly item: T }): void {
    const heap = this.#heap
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && right.at < left.at) child += 1
      const least = heap[child]
      if (least === undefined || least.at >= entry.at) break
      heap[i] = least
      i = child
    }
    heap[i] = entry
  }
}
