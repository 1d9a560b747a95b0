import type { Entry } from './entry.ts'
import { fits, type ProxyFilter } from './filter.ts'
import { MinTree } from './min-tree.ts'
import { StickyRing } from './sticky-ring.ts'
import { SumTree } from './sum-tree.ts'

/**
 * The proxies that one filter lets through, kept ready for picking. A member has a weight above 0 exactly when it may be leased in the
 * ordinary way; half-open members wait in `probes`. All picks are O(log n), except a random one when nearly nobody is free.
 */
export class Pool {
  /** Which of an entry's `slots` is ours. */
  readonly number: number
  readonly filter: ProxyFilter
  readonly members: Entry[] = []
  readonly probes = new Set<Entry>()
  readonly #weights = new SumTree()
  /** `(inflight + 1)/score` by slot, so that a draw that loses costs no look at its entry. */
  readonly #costs: number[] = []
  #loads: MinTree | undefined
  #ring: StickyRing<Entry> | undefined
  #turn = 0
  /** Members that awaited a trial when they came, or later; some were used meanwhile. */
  #trials: Entry[] = []
  /** Those of them that could not be leased when it was their turn. */
  readonly #postponed = new Set<Entry>()

  constructor(number: number, filter: ProxyFilter, entries: Iterable<Entry>) {
    this.number = number
    this.filter = filter
    for (const entry of entries) this.add(entry)
  }

  add(entry: Entry): void {
    if (!fits(entry.proxy, this.filter)) return
    entry.slots[this.number] = this.members.length
    this.members.push(entry)
    this.#ring?.add(entry.proxy.id, entry)
    if (entry.awaitsTrial) this.#trials.push(entry)
    this.update(entry)
  }

  remove(entry: Entry): void {
    const slot = entry.slots[this.number] ?? -1
    if (slot === -1) return
    const last = this.members.pop()
    this.#costs.pop()
    this.#weights.set(this.members.length, 0)
    this.#loads?.set(this.members.length, Number.POSITIVE_INFINITY)
    if (last !== undefined && last !== entry) {
      this.members[slot] = last
      last.slots[this.number] = slot
      this.update(last)
    }
    this.probes.delete(entry)
    this.#postponed.delete(entry)
    this.#ring?.delete(entry.proxy.id)
    entry.slots[this.number] = -1
    this.#tidyTrials()
  }

  has(entry: Entry): boolean {
    return (entry.slots[this.number] ?? -1) !== -1
  }

  /** The entry, a member or not, awaits a trial anew. */
  retry(entry: Entry): void {
    if (!this.has(entry)) return
    this.#trials.push(entry)
    this.#tidyTrials()
  }

  /** Takes over the entry's weight, load and circuit. */
  update(entry: Entry): void {
    const slot = entry.slots[this.number] ?? -1
    if (slot === -1) return
    this.#weights.set(slot, entry.weight)
    this.#costs[slot] = cost(entry)
    this.#loads?.set(slot, loadOf(entry))
    if (this.#postponed.size > 0 && entry.weight > 0 && this.#postponed.delete(entry)) this.#trials.push(entry)
    if (entry.awaitsProbe) this.probes.add(entry)
    else if (this.probes.size > 0) this.probes.delete(entry)
  }

  /** Before the pool is forgotten. */
  dissolve(): void {
    for (const entry of this.members) entry.slots[this.number] = -1
  }

  /** Runs `pick` as if the entries were not there. */
  without<T>(entries: readonly Entry[], pick: () => T): T {
    const hidden = entries.map((entry) => entry.slots[this.number] ?? -1).filter((slot) => slot !== -1)
    for (const slot of hidden) {
      this.#weights.set(slot, 0)
      this.#loads?.set(slot, Number.POSITIVE_INFINITY)
    }
    try {
      return pick()
    } finally {
      for (const slot of hidden) {
        const entry = this.members[slot]
        if (entry !== undefined) this.update(entry)
      }
    }
  }

  /** Up to `candidates` distinct draws by weight; the one with the lowest `(inflight + 1)/score` wins. */
  weighted(candidates: 1 | 2, random: () => number): Entry | undefined {
    const first = this.#weights.find(random() * this.#weights.total)
    if (first === -1) return undefined
    if (candidates === 1) return this.members[first]
    // The second draw leaves the first one's part of the whole out: two draws of the same would be no choice.
    const { prefix } = this.#weights
    const weight = this.#weights.get(first)
    const rest = this.#weights.total - weight
    if (rest <= 0) return this.members[first]
    const at = random() * rest
    const second = this.#weights.find(at < prefix ? at : at + weight)
    const [one, other] = [this.#costs[first] ?? 0, this.#costs[second] ?? Number.POSITIVE_INFINITY]
    return this.members[other < one ? second : first]
  }

  get hasTrials(): boolean {
    return this.#trials.length > 0
  }

  /** The next member that awaits its trial. */
  trial(): Entry | undefined {
    for (let entry = this.#trials.pop(); entry !== undefined; entry = this.#trials.pop()) {
      if (!this.#awaitsTrial(entry)) continue
      if (entry.weight > 0) return entry
      this.#postponed.add(entry)
    }
    return undefined
  }

  leastLoaded(random: () => number): Entry | undefined {
    if (this.#loads === undefined) {
      this.#loads = new MinTree(this.members.length)
      for (const [slot, entry] of this.members.entries())
        this.#loads.set(slot, this.#weights.get(slot) > 0 ? loadOf(entry) : Number.POSITIVE_INFINITY)
    }
    return this.members[this.#loads.find(random)]
  }

  roundRobin(): Entry | undefined {
    const slot = this.#weights.next(this.#turn % Math.max(1, this.members.length))
    // A turn in which nobody is free is no turn.
    if (slot !== -1) this.#turn = slot + 1
    return this.members[slot]
  }

  random(random: () => number): Entry | undefined {
    const n = this.members.length
    for (let i = 0; i < 32; i += 1) {
      const slot = Math.floor(random() * n)
      if (this.#weights.get(slot) > 0) return this.members[slot]
    }
    const free = this.members.filter((_, slot) => this.#weights.get(slot) > 0)
    return free[Math.floor(random() * free.length)]
  }

  /** The key's own member, or the next in its order that is free. */
  sticky(key: string): Entry | undefined {
    if (this.#weights.total === 0) return undefined
    return this.#places().find(key, (entry) => this.#weights.get(entry.slots[this.number] ?? -1) > 0)
  }

  /** The key's own member, fit for use or not. */
  home(key: string): Entry | undefined {
    return this.#places().find(key, () => true)
  }

  #places(): StickyRing<Entry> {
    this.#ring ??= new StickyRing(this.members.map((entry) => [entry.proxy.id, entry] as const))
    return this.#ring
  }

  #awaitsTrial(entry: Entry): boolean {
    return entry.awaitsTrial && this.has(entry)
  }

  #tidyTrials(): void {
    if (this.#trials.length <= 2 * this.members.length + 16) return
    this.#trials = [...new Set(this.#trials)].filter((entry) => this.#awaitsTrial(entry))
  }
}

function cost(entry: Entry): number {
  return (entry.inflight + 1) / Math.max(entry.score, 1e-9)
}

/** Leases out first, then the score: a score is at most 100. */
function loadOf(entry: Entry): number {
  return entry.weight > 0 ? entry.inflight * 128 + (100 - entry.score) : Number.POSITIVE_INFINITY
}
