import { count, type DetectorState, pack, unpack } from './state.ts'

/** Points that stand for all points seen: a new one is made only where none is near. */
export class Prototypes {
  readonly #dimensions: number
  readonly #capacity: number
  readonly #points: Float64Array
  readonly #usedAt: Uint32Array
  #count = 0
  #clock = 0

  constructor(dimensions: number, capacity: number) {
    this.#dimensions = dimensions
    this.#capacity = capacity
    this.#points = new Float64Array(dimensions * capacity)
    this.#usedAt = new Uint32Array(capacity)
  }

  /**
   * Distance (mean of the absolute differences) to the nearest prototype, which then moves a little towards the point;
   * beyond `radius` the point becomes a prototype itself, in place of the one unused for longest where there is no room.
   * 0 for the first point of all.
   */
  learn(point: readonly number[], radius: number): number {
    this.#clock += 1
    const d = this.#dimensions
    const points = this.#points
    const end = this.#count * d
    let best = Number.POSITIVE_INFINITY
    let nearest = -1
    for (let k = 0; k < end; k += d) {
      let distance = Math.abs((points[k] as number) - (point[0] as number))
      for (let j = 1; j < d && distance < best; j += 1) {
        distance += Math.abs((points[k + j] as number) - (point[j] as number))
      }
      if (distance < best) {
        best = distance
        nearest = k / d
      }
    }
    best /= d
    if (nearest >= 0 && best <= radius) {
      for (let j = 0; j < d; j += 1) {
        const at = nearest * d + j
        points[at] = (points[at] as number) + 0.05 * ((point[j] as number) - (points[at] as number))
      }
      this.#usedAt[nearest] = this.#clock
      return best
    }
    const slot = this.#count < this.#capacity ? this.#count : this.#oldest()
    if (slot === this.#count) this.#count += 1
    for (let j = 0; j < d; j += 1) points[slot * d + j] = point[j] as number
    this.#usedAt[slot] = this.#clock
    return nearest < 0 ? 0 : best
  }

  save(): DetectorState {
    return { points: pack(this.#points), usedAt: pack(this.#usedAt), count: this.#count, clock: this.#clock }
  }

  load(state: DetectorState): void {
    unpack(state, 'points', this.#points)
    unpack(state, 'usedAt', this.#usedAt)
    this.#count = count(state, 'count', this.#capacity)
    this.#clock = count(state, 'clock', Number.MAX_SAFE_INTEGER)
  }

  #oldest(): number {
    let oldest = 0
    for (let k = 1; k < this.#count; k += 1) {
      if ((this.#usedAt[k] as number) < (this.#usedAt[oldest] as number)) oldest = k
    }
    return oldest
  }
}
