import type { CircuitTransition } from './circuit.ts'
import { Deadlines } from './deadlines.ts'
import { Emitter } from './emitter.ts'
import type { Entry } from './entry.ts'
import { ProxyScoringError } from './errors.ts'
import { within } from './filter.ts'
import { checkLatency, type LeaseOutcome, leaseId, ProxyLease, type Settle } from './lease.ts'
import { LeaseBook, type LeaseRecord } from './lease-book.ts'
import { noneAvailable } from './none-available.ts'
import { type ResolvedOptions, resolveOptions } from './options.ts'
import { type FailureReason, isProxyFault } from './outcome.ts'
import { distinct } from './pools.ts'
import { createProxy, type EgressProxy, isSameProxy, type ProxyInput } from './proxy.ts'
import { Roster } from './roster.ts'
import { recall, remember, retryAt, show } from './show.ts'
import { checkSnapshot, type ProxyScorerSnapshot } from './snapshot.ts'
import { SteadyClock } from './time.ts'
import type { AcquireOptions, ProxyScore, ProxyScorerEvents, ProxyScorerOptions } from './types.ts'

/**
 * Picks proxies, learns from every outcome, shuts bad ones out and lets them back with care.
 *
 * It holds no timer: what is due (an expired lease, an open circuit whose time is up) is done at the next call. Weights are cached per
 * proxy; a use brings its own up to date, and each pick a few more in turn.
 */
export class ProxyScorer {
  readonly #roster: Roster
  readonly #leases = new LeaseBook()
  readonly #wakeUps = new Deadlines<Entry>()
  readonly #emitter = new Emitter<ProxyScorerEvents>()
  readonly #clock: SteadyClock
  readonly #options: ResolvedOptions

  constructor(options: ProxyScorerOptions = {}) {
    this.#options = resolveOptions(options)
    this.#clock = new SteadyClock(options.clock ?? Date)
    this.#roster = new Roster(this.#options, this.#clock.now())
    for (const proxy of options.proxies ?? []) this.add(proxy)
  }

  /** How many proxies there are. */
  get size(): number {
    return this.#roster.size
  }

  /** How many leases are out. */
  get leased(): number {
    return this.#leases.size
  }

  /**
   * Takes a proxy in. One that is there already (same id, address and credentials) stays as it is.
   * @returns the proxy as it is kept
   * @throws ProxyScoringError `PROXY_INVALID`, `PROXY_ID_TAKEN`
   */
  add(input: EgressProxy | ProxyInput): EgressProxy {
    const proxy = createProxy(input)
    const known = this.#roster.get(proxy.id)
    if (known !== undefined) {
      if (isSameProxy(known.proxy, proxy)) return known.proxy
      throw new ProxyScoringError('PROXY_ID_TAKEN', `Another proxy has the id ${proxy.id} already.`, {
        hint: 'Give each proxy an id of its own, or none.',
      })
    }
    const now = this.#clock.now()
    this.#roster.add(proxy, now)
    if (this.#emitter.has('added')) this.#emitter.emit('added', { proxyId: proxy.id, at: this.#clock.toSource(now) })
    return proxy
  }

  /** Drops a proxy and all that was learnt of it. Its leases end; reports to them are no-ops. `false` when there is none. */
  remove(proxyId: string): boolean {
    const entry = this.#roster.get(proxyId)
    if (entry === undefined) return false
    const now = this.#clock.now()
    const ended = entry.inflight > 0 ? [...this.#leases.of(entry)] : []
    for (const record of ended) this.#leases.close(record)
    this.#roster.remove(entry, now)
    for (const record of ended) this.#settled(record, { kind: 'removed' }, now)
    if (this.#emitter.has('removed')) this.#emitter.emit('removed', { proxyId, at: this.#clock.toSource(now) })
    return true
  }

  /** The proxy of that id. */
  get(proxyId: string): EgressProxy | undefined {
    return this.#roster.get(proxyId)?.proxy
  }

  /** All proxies, in the order in which they were added. */
  proxies(): EgressProxy[] {
    return Array.from(this.#roster.all(), (entry) => entry.proxy)
  }

  /**
   * Leases the proxy that fits best now.
   * @throws ProxyScoringError `PROXY_NONE_AVAILABLE` with `retryAt`, `PROXY_OPTION_INVALID`
   */
  async acquire(options: AcquireOptions = {}): Promise<ProxyLease> {
    return this.acquireSync(options)
  }

  /** The same, without a promise. */
  acquireSync(options: AcquireOptions = {}): ProxyLease {
    const now = this.#tick()
    this.#roster.refreshSome(now)
    const filters = options.groups?.length ? options.groups.map((group) => within(options, group)) : [options]
    for (const filter of filters) {
      const entry = this.#roster.pick(filter, options)
      if (entry !== undefined) return this.#lease(entry, now)
    }
    const error = noneAvailable(distinct(filters.map((filter) => this.#roster.poolFor(filter))), {
      now,
      clock: this.#clock,
      exclude: options.exclude,
      size: this.size,
      maxInflight: this.#options.maxInflight,
    })
    this.#emitter.emit('exhausted', { retryAt: error.retryAt ?? null, at: this.#clock.toSource(now) })
    throw error
  }

  /**
   * Counts an outcome that no lease belongs to, for instance a check's. With a half-open circuit it stands for a probe.
   * @returns whether it counted; a failure that is nobody's or another's fault does not
   * @throws ProxyScoringError `PROXY_UNKNOWN`, `PROXY_LATENCY_INVALID`, `PROXY_REASON_INVALID`
   */
  report(proxyId: string, outcome: { latencyMs: number } | { reason: FailureReason }): boolean {
    const entry = this.#known(proxyId)
    const now = this.#tick()
    if ('latencyMs' in outcome) checkLatency(outcome.latencyMs)
    else if (!isProxyFault(outcome.reason)) return false
    // -1 is no lease's number. Where a lease holds the probe, only that one speaks for the circuit.
    if (!entry.circuit.probing(now)) entry.circuit.started(-1, now, this.#options.circuit)
    this.#learn(entry, -1, 'latencyMs' in outcome ? outcome.latencyMs : undefined, now)
    return true
  }

  /** All proxies, best first. */
  scores(): ProxyScore[] {
    const now = this.#tick()
    const mean = this.#roster.meanNow(now)
    return Array.from(this.#roster.all(), (entry) => show(entry, mean, now, this.#clock, this.#options)).sort(
      (a, b) => b.score - a.score,
    )
  }

  /** Shuts a proxy out until `release`. Leases that are out go on. @throws ProxyScoringError `PROXY_UNKNOWN` */
  isolate(proxyId: string): void {
    const entry = this.#known(proxyId)
    const now = this.#tick()
    this.#moved(entry, entry.circuit.isolate(), now)
  }

  /** Closes a proxy's circuit by hand, isolated or merely open. @throws ProxyScoringError `PROXY_UNKNOWN` */
  release(proxyId: string): void {
    const entry = this.#known(proxyId)
    const now = this.#tick()
    this.#moved(entry, entry.circuit.release(now), now)
  }

  /** @returns a function that ends the subscription */
  on<Name extends keyof ProxyScorerEvents>(
    event: Name,
    listener: (event: ProxyScorerEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(event, listener)
  }

  /** What was learnt, for a later `restore`. It holds ids only: no address beyond them, no credentials. */
  snapshot(): ProxyScorerSnapshot {
    const now = this.#tick()
    const proxies = Array.from(this.#roster.all(), (entry) => remember(entry, now, this.#clock, this.#options))
    return { version: 1, takenAt: this.#clock.toSource(now), proxies }
  }

  /**
   * Takes over what a snapshot holds about the proxies that are here; add them first. The time since counts as passed.
   * @returns how many proxies were restored
   * @throws ProxyScoringError `PROXY_SNAPSHOT_INVALID`; nothing has changed then
   */
  restore(snapshot: unknown): number {
    const { proxies, takenAt } = checkSnapshot(snapshot)
    const now = this.#tick()
    const restored = proxies.flatMap((memory) => {
      const entry = this.#roster.get(memory.id)
      if (entry === undefined) return []
      this.#roster.forget(entry, now)
      recall(entry, memory, takenAt, now, this.#clock, this.#options)
      this.#roster.include(entry)
      return [entry]
    })
    for (const entry of restored) {
      this.#roster.refresh(entry, now)
      this.#schedule(entry, now)
    }
    return restored.length
  }

  #lease(entry: Entry, now: number): ProxyLease {
    const record = this.#leases.open(entry, now + this.#options.leaseTtlMs)
    entry.inflight += 1
    entry.evidence.lastUsedAt = now
    entry.awaitsTrial = false
    if (entry.circuit.state !== 'closed') {
      entry.circuit.started(record.number, now, this.#options.circuit)
      this.#schedule(entry, now)
    }
    this.#roster.regate(entry, now)
    const at = this.#clock.toSource(now)
    if (this.#emitter.has('acquired'))
      this.#emitter.emit('acquired', { proxyId: entry.proxy.id, leaseId: leaseId(record), at })
    return new ProxyLease(record, at, at + this.#options.leaseTtlMs, this.#settle)
  }

  readonly #settle: Settle = (record, outcome) => {
    const now = this.#tick()
    if (!this.#leases.close(record)) return false
    this.#end(record.entry, record.number, outcome, now)
    this.#settled(record, outcome, now)
    return true
  }

  #settled(record: LeaseRecord, outcome: LeaseOutcome, now: number): void {
    if (!this.#emitter.has('settled')) return
    const at = this.#clock.toSource(now)
    this.#emitter.emit('settled', { proxyId: record.entry.proxy.id, leaseId: leaseId(record), outcome, at })
  }

  #end(entry: Entry, lease: number, outcome: LeaseOutcome, now: number): void {
    entry.inflight -= 1
    if (outcome.kind === 'success') this.#learn(entry, lease, outcome.latencyMs, now)
    else if (outcome.kind === 'failure' && outcome.counted) this.#learn(entry, lease, undefined, now)
    else {
      entry.circuit.ended(lease)
      this.#roster.regate(entry, now)
    }
  }

  /** `latencyMs` of a success; `undefined` for a fault of the proxy. */
  #learn(entry: Entry, lease: number, latencyMs: number | undefined, now: number): void {
    const { circuit, random } = this.#options
    this.#roster.learn(entry, latencyMs, now)
    const transition = entry.circuit.report(lease, latencyMs !== undefined, now, circuit, random)
    this.#roster.refresh(entry, now)
    this.#moved(entry, transition, now)
  }

  /** Does what is due: ends expired leases, lets open circuits become half-open. */
  #tick(): number {
    const now = this.#clock.now()
    for (let record = this.#leases.expired(now); record !== undefined; record = this.#leases.expired(now))
      this.#expire(record, now)
    for (let entry = this.#wakeUps.pop(now); entry !== undefined; entry = this.#wakeUps.pop(now)) {
      if (entry.removed) continue
      entry.wakeAt = Number.POSITIVE_INFINITY
      this.#moved(entry, entry.circuit.tick(now), now)
      this.#schedule(entry, now)
      this.#roster.regate(entry, now)
    }
    return now
  }

  #expire(record: LeaseRecord, now: number): void {
    this.#leases.close(record)
    this.#end(record.entry, record.number, { kind: 'expired' }, now)
    this.#settled(record, { kind: 'expired' }, now)
  }

  /** Looks at the circuit again when its state may change by time alone. */
  #schedule(entry: Entry, now: number): void {
    const at = entry.circuit.admitsAt(now)
    if (entry.circuit.state === 'closed' || at === Number.POSITIVE_INFINITY || at >= entry.wakeAt) return
    if (at <= now && entry.circuit.state === 'half-open') return
    entry.wakeAt = at
    this.#wakeUps.push(at, entry)
  }

  /** A circuit changed its state: its weight follows, and the world is told. */
  #moved(entry: Entry, transition: CircuitTransition | undefined, now: number): void {
    if (transition === undefined) return
    entry.ramping = true
    this.#schedule(entry, now)
    this.#roster.refresh(entry, now)
    if (!this.#emitter.has('circuit')) return
    const proxyId = entry.proxy.id
    const event = { proxyId, ...transition, retryAt: retryAt(entry, this.#clock), at: this.#clock.toSource(now) }
    this.#emitter.emit('circuit', event)
  }

  #known(proxyId: string): Entry {
    const entry = this.#roster.get(proxyId)
    if (entry !== undefined) return entry
    throw new ProxyScoringError('PROXY_UNKNOWN', 'There is no proxy of that id.', { hint: 'scores() lists the ids.' })
  }
}
