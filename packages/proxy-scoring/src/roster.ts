import { Entry } from './entry.ts'
import { DecayedEvidence, RowPages } from './evidence.ts'
import type { ResolvedOptions } from './options.ts'
import { type PickOptions, pick } from './pick.ts'
import type { Pool } from './pool.ts'
import { Pools } from './pools.ts'
import type { EgressProxy } from './proxy.ts'
import { type FleetMean, fleetMean } from './score.ts'
import { gate, refresh } from './weight.ts'

/** How many uses the fleet's means serve before they are computed anew. */
const MEAN_USES = 16
const NOBODY: readonly Entry[] = []
/** A weight this young is as good as new: its half-lives are minutes. */
const FRESH_MS = 100

/**
 * The proxies with what was learnt of them and of the fleet as a whole, and the pools to pick from. Whatever changes an entry's evidence, load or
 * circuit ends in `refresh` or `regate`, so that the pools always hold its true weight.
 */
export class Roster {
  readonly #entries = new Map<string, Entry>()
  readonly #pools = new Pools()
  readonly #pages = new RowPages()
  readonly #options: ResolvedOptions
  readonly #fleet: DecayedEvidence
  #mean: FleetMean | undefined
  #meanUses = 0
  #refreshed = 0

  constructor(options: ResolvedOptions, now: number) {
    this.#options = options
    this.#fleet = new DecayedEvidence(now)
  }

  get size(): number {
    return this.#entries.size
  }

  get(proxyId: string): Entry | undefined {
    return this.#entries.get(proxyId)
  }

  all(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  poolFor(filter: PickOptions): Pool {
    return this.#pools.for(filter)
  }

  add(proxy: EgressProxy, now: number): void {
    const entry = new Entry(proxy, now, this.#pages, this.#options.crowding * this.#options.sharpness)
    refresh(entry, this.mean(now), now, this.#options)
    this.#entries.set(proxy.id, entry)
    this.#pools.add(entry)
  }

  remove(entry: Entry, now: number): void {
    entry.removed = true
    this.#entries.delete(entry.proxy.id)
    this.#pools.remove(entry)
    this.forget(entry, now)
    entry.evidence.free()
  }

  pick(filter: PickOptions, options: PickOptions): Entry | undefined {
    const excluded = options.exclude?.flatMap((id) => this.#entries.get(id) ?? []) ?? NOBODY
    return pick(this.#pools.for(filter), excluded, options, this.#options)
  }

  /** `latencyMs` of a success; `undefined` for a fault of the proxy. The caller refreshes the entry. */
  learn(entry: Entry, latencyMs: number | undefined, now: number): void {
    entry.evidence.age(now, this.#options)
    entry.evidence.add(latencyMs)
    this.#fleet.age(now, this.#options)
    this.#fleet.add(latencyMs)
    entry.uses += 1
    entry.awaitsTrial = false
    if (latencyMs === undefined) entry.evidence.lastFailureAt = now
    else entry.evidence.lastSuccessAt = now
  }

  /** Takes a proxy's evidence out of the fleet's. */
  forget(entry: Entry, now: number): void {
    entry.evidence.age(now, this.#options)
    this.#fleet.age(now, this.#options)
    this.#fleet.merge(entry.evidence, -1)
  }

  /** Takes a proxy's evidence, true for now, into the fleet's. */
  include(entry: Entry): void {
    this.#fleet.merge(entry.evidence, 1)
    this.#mean = undefined
  }

  /** Score, cap and circuit may have changed. */
  refresh(entry: Entry, now: number): void {
    refresh(entry, this.mean(now), now, this.#options)
    this.#pools.update(entry)
  }

  /** Cap or circuit changed, the score did not. */
  regate(entry: Entry, now: number): void {
    gate(entry, now, this.#options.maxInflight)
    this.#pools.update(entry)
  }

  /** Brings the next few in turn up to date: evidence decays while nobody looks. */
  refreshSome(now: number): void {
    const { members } = this.#pools.all
    const count = Math.min(this.#options.refreshPerAcquire, members.length)
    for (let i = 0; i < count; i += 1) {
      this.#refreshed = (this.#refreshed + 1) % members.length
      const entry = members[this.#refreshed]
      if (entry === undefined || now - entry.evidence.at < FRESH_MS) continue
      this.refresh(entry, now)
      if (!entry.awaitsTrial && now - entry.lastSeenAt >= this.#options.reliabilityHalfLifeMs) this.#pools.retry(entry)
    }
  }

  /** The fleet's means, at most some uses old. */
  mean(now: number): FleetMean {
    this.#meanUses += 1
    if (this.#mean === undefined || this.#meanUses >= MEAN_USES) return this.meanNow(now)
    return this.#mean
  }

  /** The fleet's means, computed anew. */
  meanNow(now: number): FleetMean {
    this.#meanUses = 0
    this.#fleet.age(now, this.#options)
    this.#mean = fleetMean(this.#fleet, this.size, this.#options)
    return this.#mean
  }
}
