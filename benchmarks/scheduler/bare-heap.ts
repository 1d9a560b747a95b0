interface Entry {
  readonly id: string
  readonly due: number
}

/** The least that fires things at their time: a binary heap, one timer, a record and an AbortController per firing. */
export class BareHeap {
  readonly #heap: Entry[] = []
  readonly #task: (signal: AbortSignal) => void
  readonly records = new Map<
    string,
    { readonly id: string; readonly due: number; startedAt: number; endedAt: number }
  >()

  constructor(task: (signal: AbortSignal) => void) {
    this.#task = task
  }

  add(id: string, due: number): void {
    this.#heap.push({ id, due })
    let at = this.#heap.length - 1
    for (let parent = (at - 1) >> 1; at > 0 && this.#due(parent) > this.#due(at); parent = (at - 1) >> 1) {
      this.#swap(at, parent)
      at = parent
    }
  }

  arm(): void {
    const [first] = this.#heap
    if (first !== undefined) setTimeout(() => this.#fire(), Math.max(1, first.due - Date.now()))
  }

  #fire(): void {
    const now = Date.now()
    for (let entry = this.#heap[0]; entry !== undefined && entry.due <= now; entry = this.#heap[0]) {
      this.#pop()
      const record = { id: entry.id, due: entry.due, startedAt: Date.now(), endedAt: 0 }
      this.records.set(entry.id, record)
      this.#task(new AbortController().signal)
      record.endedAt = Date.now()
    }
    this.arm()
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = this.#due(left + 1) < this.#due(left) ? left + 1 : left
      if (this.#due(child) >= this.#due(at)) return
      this.#swap(at, child)
      at = child
    }
  }

  #due(at: number): number {
    return this.#heap[at]?.due ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]]
    if (one === undefined || other === undefined) return
    this.#heap[a] = other
    this.#heap[b] = one
  }
}
