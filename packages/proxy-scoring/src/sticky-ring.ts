/** Tries per key: with 21 the busiest member gets about 1.1 of the mean (Appleton and O'Reilly, "Multi-probe consistent hashing", 2015). */
const PROBES = 21

interface Point<T> {
  readonly at: number
  readonly id: string
  readonly member: T
}

/**
 * Multi-probe consistent hashing: every member is one point on a ring, every key looks at 21 places and takes the point that lies closest
 * behind one of them. A member that comes or goes moves only the keys that are its own; memory is one point a member.
 */
export class StickyRing<T> {
  #points: Point<T>[]

  constructor(members: Iterable<readonly [id: string, member: T]>) {
    this.#points = Array.from(members, ([id, member]) => ({ at: hash(id, 0), id, member })).sort(inOrder)
  }

  add(id: string, member: T): void {
    const point = { at: hash(id, 0), id, member }
    this.#points.splice(this.#indexOf(point), 0, point)
  }

  delete(id: string): void {
    const index = this.#indexOf({ at: hash(id, 0), id })
    if (this.#points[index]?.id === id) this.#points.splice(index, 1)
  }

  /** The key's member; where that is not usable, the next in the key's own order. */
  find(key: string, isUsable: (member: T) => boolean): T | undefined {
    const points = this.#points
    const n = points.length
    if (n === 0) return undefined
    const tries: { index: number; distance: number }[] = []
    for (let probe = 1; probe <= PROBES; probe += 1) {
      const at = hash(key, probe)
      const index = this.#indexOf({ at, id: '' }) % n
      tries.push({ index, distance: ((points[index]?.at ?? 0) - at) >>> 0 })
    }
    tries.sort((a, b) => a.distance - b.distance)
    for (const { index } of tries) {
      const member = points[index]?.member
      if (member !== undefined && isUsable(member)) return member
    }
    const start = tries[0]?.index ?? 0
    for (let step = 1; step < n; step += 1) {
      const member = points[(start + step) % n]?.member
      if (member !== undefined && isUsable(member)) return member
    }
    return undefined
  }

  /** The first index whose point is not in front of the given one. */
  #indexOf(point: { at: number; id: string }): number {
    let low = 0
    let high = this.#points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#points[middle]
      if (other !== undefined && inOrder(other, point) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function inOrder(a: { at: number; id: string }, b: { at: number; id: string }): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** 32 bits: FNV-1a, finished as in MurmurHash3 so that similar texts land far apart. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) >>> 0
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
