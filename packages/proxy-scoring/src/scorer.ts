import { type CircuitOptions, type CircuitTransition, DEFAULT_CIRCUIT } from './circuit.ts'
import { Emitter } from './emitter.ts'
import { DecayedEvidence, Entry } from './entry.ts'
import { ProxyScoringError } from './errors.ts'
import { type LeaseOutcome, ProxyLease } from './lease.ts'
import { createProxy, type EgressProxy, isLoopbackProxy, isSameProxy, type ProxyInput } from './proxy.ts'
import { DEFAULT_SCORE, type FleetMean, fleetMean, type ScoreOptions } from './score.ts'
import { checkSnapshot, type ProxyMemory, type ProxyScorerSnapshot } from './snapshot.ts'
import { SteadyClock } from './time.ts'
import type {
  AcquireOptions,
  LoadBalancingStrategy,
  ProxyScore,
  ProxyScorerEvents,
  ProxyScorerOptions,
} from './types.ts'

interface OpenLease {
  readonly number: number
  readonly entry: Entry
  readonly lease: ProxyLease
  readonly expiresAt: number
}

/** Picks proxies, learns from every outcome, shuts bad ones out and lets them back with care. */
export class ProxyScorer {
  readonly #entries = new Map<string, Entry>()
  readonly #leases = new Map<number, OpenLease>()
  readonly #emitter = new Emitter<ProxyScorerEvents>()
  readonly #clock: SteadyClock
  readonly #random: () => number
  readonly #strategy: LoadBalancingStrategy
  readonly #score: ScoreOptions
  readonly #circuit: CircuitOptions
  readonly #maxInflight: number
  readonly #leaseTtlMs: number
  readonly #fleet: DecayedEvidence
  #leaseNumber = 0
  #turn = 0

  constructor(options: ProxyScorerOptions = {}) {
    this.#clock = new SteadyClock(options.clock ?? Date)
    this.#random = options.random ?? Math.random
    this.#strategy = options.strategy ?? 'weighted'
    this.#score = { ...DEFAULT_SCORE, ...options }
    this.#circuit = { ...DEFAULT_CIRCUIT, ...options.circuit }
    this.#maxInflight = options.maxInflight ?? 8
    this.#leaseTtlMs = options.leaseTtlMs ?? 900_000
    this.#fleet = new DecayedEvidence(this.#clock.now())
    for (const proxy of options.proxies ?? []) this.add(proxy)
  }

  /** How many proxies there are. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * Takes a proxy in. One that is there already (same id, address and credentials) stays as it is.
   * @throws ProxyScoringError `PROXY_INVALID`, `PROXY_ID_TAKEN`
   */
  add(input: EgressProxy | ProxyInput): EgressProxy {
    const proxy = createProxy(input)
    const known = this.#entries.get(proxy.id)
    if (known !== undefined) {
      if (isSameProxy(known.proxy, proxy)) return known.proxy
      throw new ProxyScoringError('PROXY_ID_TAKEN', `Another proxy has the id ${proxy.id} already.`, {
        hint: 'Give each proxy an id of its own, or none.',
      })
    }
    const now = this.#clock.now()
    this.#entries.set(proxy.id, new Entry(proxy, now))
    this.#emitter.emit('added', { proxyId: proxy.id, at: this.#clock.toSource(now) })
    return proxy
  }

  /** Drops a proxy and all that was learnt of it. Its leases end; reports to them are no-ops. `false` when there is none. */
  remove(proxyId: string): boolean {
    const entry = this.#entries.get(proxyId)
    if (entry === undefined) return false
    const now = this.#clock.now()
    this.#entries.delete(proxyId)
    entry.evidence.age(now, this.#score)
    this.#fleet.age(now, this.#score)
    this.#fleet.subtract(entry.evidence)
    for (const [number, open] of this.#leases) if (open.entry === entry) this.#leases.delete(number)
    this.#emitter.emit('removed', { proxyId, at: this.#clock.toSource(now) })
    return true
  }

  get(proxyId: string): EgressProxy | undefined {
    return this.#entries.get(proxyId)?.proxy
  }

  /**
   * Leases the proxy that fits best now.
   * @throws ProxyScoringError `PROXY_NONE_AVAILABLE` with `retryAt`
   */
  async acquire(options: AcquireOptions = {}): Promise<ProxyLease> {
    return this.acquireSync(options)
  }

  /** The same, without a promise. */
  acquireSync(options: AcquireOptions = {}): ProxyLease {
    const now = this.#tick()
    const fitting = [...this.#entries.values()].filter((entry) => fits(entry.proxy, options))
    const free = fitting.filter((entry) => entry.inflight < this.#maxInflight && entry.circuit.admits(now))
    const entry = this.#pick(free, options, now)
    if (entry === undefined) throw this.#noneAvailable(fitting, now)
    return this.#lease(entry, now)
  }

  /** All proxies, best first. */
  scores(): ProxyScore[] {
    const now = this.#tick()
    const mean = this.#mean(now)
    return [...this.#entries.values()].map((entry) => this.#show(entry, mean, now)).sort((a, b) => b.score - a.score)
  }

  /** Shuts a proxy out until `release`. @throws ProxyScoringError `PROXY_UNKNOWN` */
  isolate(proxyId: string): void {
    const entry = this.#known(proxyId)
    this.#announce(entry, entry.circuit.isolate(), this.#clock.now())
  }

  /** Closes a proxy's circuit by hand, isolated or merely open. @throws ProxyScoringError `PROXY_UNKNOWN` */
  release(proxyId: string): void {
    const entry = this.#known(proxyId)
    const now = this.#clock.now()
    this.#announce(entry, entry.circuit.release(now), now)
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
    const proxies = [...this.#entries.values()].map((entry) => this.#remember(entry, now))
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
    let restored = 0
    for (const memory of proxies) {
      const entry = this.#entries.get(memory.id)
      if (entry === undefined) continue
      this.#recall(entry, memory, takenAt, now)
      restored += 1
    }
    return restored
  }

  #pick(free: readonly Entry[], options: AcquireOptions, now: number): Entry | undefined {
    if (free.length === 0) return undefined
    if (options.stickyKey !== undefined) return stickyPick(free, options.stickyKey)
    const mean = this.#mean(now)
    const score = (entry: Entry): number => entry.parts(mean, now, this.#score).score
    switch (options.strategy ?? this.#strategy) {
      case 'round-robin':
        this.#turn += 1
        return free[this.#turn % free.length]
      case 'random':
        return free[Math.floor(this.#random() * free.length)]
      case 'least-loaded':
        return free.reduce((a, b) => ((b.inflight - a.inflight || score(a) - score(b)) < 0 ? b : a))
      case 'weighted': {
        const first = this.#draw(free, score)
        const second = this.#draw(
          free.filter((entry) => entry !== first),
          score,
        )
        if (first === undefined || second === undefined) return first
        return (second.inflight + 1) / score(second) < (first.inflight + 1) / score(first) ? second : first
      }
    }
  }

  #draw(from: readonly Entry[], score: (entry: Entry) => number): Entry | undefined {
    const weights = from.map((entry) => Math.max(1e-12, (score(entry) / 100) ** 24))
    let left = this.#random() * weights.reduce((sum, weight) => sum + weight, 0)
    return (
      from.find((_, i) => {
        left -= weights[i] ?? 0
        return left < 0
      }) ?? from.at(-1)
    )
  }

  #lease(entry: Entry, now: number): ProxyLease {
    this.#leaseNumber += 1
    const number = this.#leaseNumber
    const id = `l${number.toString(36)}`
    entry.inflight += 1
    entry.lastUsedAt = now
    entry.circuit.started(number, now, this.#circuit)
    const at = this.#clock.toSource(now)
    const settle = (outcome: LeaseOutcome): boolean => this.#settle(number, outcome)
    const lease = new ProxyLease(id, entry.proxy, at, at + this.#leaseTtlMs, settle)
    this.#leases.set(number, { number, entry, lease, expiresAt: now + this.#leaseTtlMs })
    this.#emitter.emit('acquired', { proxyId: entry.proxy.id, leaseId: id, at })
    return lease
  }

  #settle(number: number, outcome: LeaseOutcome): boolean {
    if (outcome.kind !== 'expired') this.#tick()
    const open = this.#leases.get(number)
    if (open === undefined) return false
    const now = this.#clock.now()
    const { entry } = open
    this.#leases.delete(number)
    entry.inflight -= 1
    const ok = outcome.kind === 'success'
    let transition: CircuitTransition | undefined
    if (ok || (outcome.kind === 'failure' && outcome.counted)) {
      this.#learn(entry, ok ? outcome.latencyMs : undefined, now)
      transition = entry.circuit.report(number, ok, now, this.#circuit, this.#random)
    } else entry.circuit.ended(number)
    const at = this.#clock.toSource(now)
    this.#emitter.emit('settled', { proxyId: entry.proxy.id, leaseId: open.lease.id, outcome, at })
    this.#announce(entry, transition, now)
    return true
  }

  #learn(entry: Entry, latencyMs: number | undefined, now: number): void {
    for (const evidence of [entry.evidence, this.#fleet]) {
      evidence.age(now, this.#score)
      evidence.add(latencyMs)
    }
    entry.uses += 1
  }

  /** Brings everything that waits for a time up to now: expired leases, open circuits. */
  #tick(): number {
    const now = this.#clock.now()
    for (const [number, open] of this.#leases) {
      if (open.expiresAt > now) break
      this.#settle(number, { kind: 'expired' })
    }
    for (const entry of this.#entries.values()) this.#announce(entry, entry.circuit.tick(now), now)
    return now
  }

  #mean(now: number): FleetMean {
    this.#fleet.age(now, this.#score)
    return fleetMean(this.#fleet, this.#score)
  }

  #noneAvailable(fitting: readonly Entry[], now: number): ProxyScoringError {
    const at = this.#clock.toSource(now)
    const times = fitting.map((entry) => entry.circuit.admitsAt(now)).filter((time) => time !== undefined)
    const earliest = times.length === 0 ? undefined : this.#clock.toSource(Math.min(...times))
    this.#emitter.emit('exhausted', { retryAt: earliest ?? null, at })
    if (earliest === undefined)
      return new ProxyScoringError('PROXY_NONE_AVAILABLE', 'No proxy fits the request.', {
        hint: this.size === 0 ? 'Add a proxy.' : 'Ask for less (tags, region, protocol, exclude), or release a proxy.',
      })
    const when = new Date(earliest).toISOString()
    return new ProxyScoringError('PROXY_NONE_AVAILABLE', `No proxy is available now; the earliest may be at ${when}.`, {
      hint: 'Try again then, or add proxies.',
      retryAt: earliest,
    })
  }

  #show(entry: Entry, mean: FleetMean, now: number): ProxyScore {
    const parts = entry.parts(mean, now, this.#score)
    const { evidence, circuit } = entry
    return {
      proxyId: entry.proxy.id,
      proxy: entry.proxy,
      ...parts,
      latencyMs: evidence.successes > 0 ? Math.exp(evidence.logLatency / evidence.successes) : null,
      uses: entry.uses,
      samples: evidence.samples,
      successes: evidence.successes,
      longSamples: evidence.longSamples,
      longSuccesses: evidence.longSuccesses,
      ageMs: now - entry.addedAt,
      lastUsedAt: entry.lastUsedAt === 0 ? null : this.#clock.toSource(entry.lastUsedAt),
      inflight: entry.inflight,
      circuit: circuit.state,
      isolated: circuit.isolated,
      retryAt: this.#retryAt(entry),
    }
  }

  #retryAt({ circuit }: Entry): number | null {
    return circuit.state === 'open' && !circuit.isolated ? this.#clock.toSource(circuit.retryAt) : null
  }

  #announce(entry: Entry, transition: CircuitTransition | undefined, now: number): void {
    if (transition === undefined) return
    this.#emitter.emit('circuit', {
      proxyId: entry.proxy.id,
      ...transition,
      retryAt: this.#retryAt(entry),
      at: this.#clock.toSource(now),
    })
  }

  #known(proxyId: string): Entry {
    const entry = this.#entries.get(proxyId)
    if (entry === undefined)
      throw new ProxyScoringError('PROXY_UNKNOWN', 'There is no proxy of that id.', {
        hint: 'Ids are listed by scores().',
      })
    return entry
  }

  #remember(entry: Entry, now: number): ProxyMemory {
    entry.evidence.age(now, this.#score)
    const { successes, samples, logLatency, longSuccesses, longSamples } = entry.evidence
    const { state, isolated, trips, closedAt } = entry.circuit.remember()
    return {
      id: entry.proxy.id,
      uses: entry.uses,
      ...{ successes, samples, logLatency, longSuccesses, longSamples },
      ageMs: now - entry.addedAt,
      lastUsedAt: entry.lastUsedAt === 0 ? null : this.#clock.toSource(entry.lastUsedAt),
      circuit: state,
      isolated,
      trips,
      retryAt: this.#retryAt(entry),
      closedAt: Number.isFinite(closedAt) ? this.#clock.toSource(closedAt) : null,
    }
  }

  #recall(entry: Entry, memory: ProxyMemory, takenAt: number, now: number): void {
    const offset = now - this.#clock.toSource(now)
    const { successes, samples, logLatency, longSuccesses, longSamples } = memory
    entry.evidence.age(now, this.#score)
    this.#fleet.age(now, this.#score)
    this.#fleet.subtract(entry.evidence)
    Object.assign(entry.evidence, { successes, samples, logLatency, longSuccesses, longSamples })
    entry.evidence.at = Math.min(now, takenAt + offset)
    entry.evidence.age(now, this.#score)
    this.#fleet.merge(entry.evidence)
    entry.uses = memory.uses
    entry.lastUsedAt = memory.lastUsedAt === null ? 0 : memory.lastUsedAt + offset
    entry.circuit.recall({
      state: memory.circuit,
      isolated: memory.isolated,
      trips: memory.trips,
      retryAt: memory.isolated ? Number.POSITIVE_INFINITY : (memory.retryAt ?? 0) + offset,
      closedAt: memory.closedAt === null ? Number.NEGATIVE_INFINITY : memory.closedAt + offset,
    })
  }
}

function fits(proxy: EgressProxy, want: AcquireOptions): boolean {
  if (want.exclude?.includes(proxy.id)) return false
  if (want.loopbackOnly === true && !isLoopbackProxy(proxy)) return false
  if (want.region !== undefined && proxy.region !== want.region) return false
  if (want.protocol !== undefined && !([] as string[]).concat(want.protocol).includes(proxy.protocol)) return false
  return want.tags === undefined || want.tags.every((tag) => proxy.tags?.includes(tag))
}

/** Highest random weight (Thaler and Ravishankar, 1996): a proxy that leaves moves only its own keys. */
function stickyPick(free: readonly Entry[], key: string): Entry | undefined {
  let best: Entry | undefined
  let highest = -1
  for (const entry of free) {
    const hash = fnv1a(`${key}\0${entry.proxy.id}`)
    if (hash > highest) [best, highest] = [entry, hash]
  }
  return best
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
