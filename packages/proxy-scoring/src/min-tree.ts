/** Keys in a row, with O(log n) for setting one and for finding the least; among equals the choice is the caller's coin. */
export class MinTree {
  #nodes: Float64Array
  #capacity: number

  constructor(capacity = 16) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
    this.#nodes = new Float64Array(2 * this.#capacity).fill(Number.POSITIVE_INFINITY)
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
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = this.#least(node)
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
      if (second < first || (second === first && random() < 0.5)) node += 1
    }
    return node - this.#capacity
  }

  #least(node: number): number {
    return Math.min(this.#nodes[2 * node] ?? 0, this.#nodes[2 * node + 1] ?? 0)
  }

  #grow(index: number): void {
    const old = this.#nodes.subarray(this.#capacity)
    this.#capacity = 2 ** Math.ceil(Math.log2(index + 1))
    this.#nodes = new Float64Array(2 * this.#capacity).fill(Number.POSITIVE_INFINITY)
    this.#nodes.set(old, this.#capacity)
    for (let node = this.#capacity - 1; node >= 1; node -= 1) this.#nodes[node] = this.#least(node)
  }
}
