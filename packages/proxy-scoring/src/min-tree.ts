/** Keys in a row, with O(log n) for setting one and for finding the least; equals are all alike to the draw. */
export class MinTree {
  #nodes: Float64Array
  /** How many indices below a node have its key. */
  #equals: Uint32Array
  #capacity: number

  constructor(capacity = 16) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
    this.#nodes = new Float64Array(2 * this.#capacity).fill(Number.POSITIVE_INFINITY)
    this.#equals = new Uint32Array(2 * this.#capacity).fill(1)
  }

  /** `Infinity` takes the index out. */
  set(index: number, key: number): void {
    if (index >= this.#capacity) {
      if (key === Number.POSITIVE_INFINITY) return
      this.#grow(index)
    }
    const nodes = this.#nodes
    let node = this.#capacity + index
    if (nodes[node] === key) return
    nodes[node] = key
    for (node >>= 1; node >= 1; node >>= 1) this.#sum(node)
  }

  /** The index of the least key; -1 when all are out. */
  find(random: () => number): number {
    const nodes = this.#nodes
    if (nodes[1] === Number.POSITIVE_INFINITY) return -1
    let node = 1
    while (node < this.#capacity) {
      node *= 2
      const first = nodes[node] ?? 0
      const second = nodes[node + 1] ?? 0
      if (second < first || (second === first && this.#takesSecond(node, random))) node += 1
    }
    return node - this.#capacity
  }

  #takesSecond(first: number, random: () => number): boolean {
    const others = this.#equals[first + 1] ?? 0
    return random() * ((this.#equals[first] ?? 0) + others) < others
  }

  #sum(node: number): void {
    const first = this.#nodes[2 * node] ?? 0
    const second = this.#nodes[2 * node + 1] ?? 0
    this.#nodes[node] = Math.min(first, second)
    this.#equals[node] =
      (first <= second ? (this.#equals[2 * node] ?? 0) : 0) + (second <= first ? (this.#equals[2 * node + 1] ?? 0) : 0)
  }

  #grow(index: number): void {
    const old = this.#nodes.subarray(this.#capacity)
    this.#capacity = 2 ** Math.ceil(Math.log2(index + 1))
    this.#nodes = new Float64Array(2 * this.#capacity).fill(Number.POSITIVE_INFINITY)
    this.#equals = new Uint32Array(2 * this.#capacity).fill(1)
    this.#nodes.set(old, this.#capacity)
    for (let node = this.#capacity - 1; node >= 1; node -= 1) this.#sum(node)
  }
}
