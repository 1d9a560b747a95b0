/**
 * Weights in a row, with O(log n) for setting one and for drawing an index in proportion to its weight. Every inner node is computed
 * afresh from its two children, so sums do not drift however often weights change.
 */
export class SumTree {
  /** Node 1 is the root, node i has the children 2i and 2i + 1, the leaves start at `#capacity`. */
  #nodes: Float64Array
  #capacity: number
  /** Sum of the weights in front of the last index that `find` returned. */
  prefix = 0

  constructor(capacity = 16) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
    this.#nodes = new Float64Array(2 * this.#capacity)
  }

  get total(): number {
    return this.#nodes[1] ?? 0
  }

  get(index: number): number {
    return this.#nodes[this.#capacity + index] ?? 0
  }

  /** `weight`: finite, from 0. */
  set(index: number, weight: number): void {
    if (index >= this.#capacity) {
      if (weight === 0) return
      this.#grow(index)
    }
    const nodes = this.#nodes
    let node = this.#capacity + index
    if (nodes[node] === weight) return
    nodes[node] = weight
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = (nodes[2 * node] ?? 0) + (nodes[2 * node + 1] ?? 0)
  }

  /** The index whose part of the whole holds `at`, 0 ≤ at < total; -1 when all weights are 0. An index of weight 0 is never returned. */
  find(at: number): number {
    const nodes = this.#nodes
    if ((nodes[1] ?? 0) <= 0) return -1
    let node = 1
    let left = at
    let prefix = 0
    while (node < this.#capacity) {
      node *= 2
      const first = nodes[node] ?? 0
      // Rounding may carry `left` past the last positive leaf: never walk into an empty half.
      if (left >= first && (nodes[node + 1] ?? 0) > 0) {
        left -= first
        prefix += first
        node += 1
      } else if (first <= 0) node += 1
    }
    this.prefix = prefix
    return node - this.#capacity
  }

  /** The first index from `from` on with a weight above 0, going round once; -1 when there is none. */
  next(from: number): number {
    const ahead = this.#nextFrom(from)
    return ahead === -1 && from > 0 ? this.#nextFrom(0) : ahead
  }

  #nextFrom(from: number): number {
    if (from >= this.#capacity) return -1
    const nodes = this.#nodes
    let node = this.#capacity + from
    while ((nodes[node] ?? 0) <= 0) {
      // Up while we are a right child, then over to the right sibling.
      while (node % 2 === 1) node >>= 1
      if (node === 0) return -1
      node += 1
      if ((nodes[node] ?? 0) > 0) break
    }
    while (node < this.#capacity) {
      node *= 2
      if ((nodes[node] ?? 0) <= 0) node += 1
    }
    return node - this.#capacity
  }

  #grow(index: number): void {
    const old = this.#nodes.subarray(this.#capacity)
    this.#capacity = 2 ** Math.ceil(Math.log2(index + 1))
    this.#nodes = new Float64Array(2 * this.#capacity)
    this.#nodes.set(old, this.#capacity)
    for (let node = this.#capacity - 1; node >= 1; node -= 1)
      this.#nodes[node] = (this.#nodes[2 * node] ?? 0) + (this.#nodes[2 * node + 1] ?? 0)
  }
}
