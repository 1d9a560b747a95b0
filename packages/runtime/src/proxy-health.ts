import type { ProxyMemory, ProxyScorer, ProxyScorerSnapshot } from '@refbot/proxy-scoring'
import type { ProxyCircuitData, Store } from './store/index.ts'

export interface ProxyHealthOptions {
  readonly proxies: ProxyScorer
  readonly store: Pick<Store, 'proxyHealth'>
  /** Between two saves, ms. */
  readonly everyMs: number
  /** How long circuits that change by themselves wait for each other before they are stored, ms. */
  readonly gatherMs: number
  /** What was stored of a proxy cannot be used; it is learnt anew. */
  readonly onDamaged?: (proxyId: string, error: unknown) => void
}

/** Circuits' changes that are kept for a store that takes nothing: the latest. */
const MOST_CIRCUITS = 10_000
/** How old what is stored of an isolated proxy may get: nothing else keeps it from being forgotten like one that is gone. */
const ISOLATED_MS = 86_400_000

/**
 * Stores what was learnt of each proxy: from time to time, at the end, and when a circuit changes its state, then with an
 * event. A store that takes nothing is met again at the next save.
 */
export class ProxyHealth implements AsyncDisposable {
  readonly #options: ProxyHealthOptions
  /** What was last stored of each, as far as it tells whether anything happened since. */
  readonly #stored = new Map<string, string>()
  #circuits: ProxyCircuitData[] = []
  readonly #stops: (() => void)[] = []
  #gathering: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(options: ProxyHealthOptions) {
    this.#options = options
  }

  /** Takes up what was stored of the proxies that are here, then watches. */
  async start(): Promise<void> {
    const { proxies, store, everyMs } = this.#options
    for (const snapshot of await store.proxyHealth.load()) {
      this.#restore(snapshot)
      for (const memory of snapshot.proxies) this.#remember(memory, snapshot.takenAt)
    }
    const timer = setInterval(() => void this.save(), everyMs).unref()
    this.#stops.push(
      () => clearInterval(timer),
      proxies.on('circuit', ({ proxyId, from, to, input, retryAt }) => {
        this.#circuits.push({ proxyId, from, to, input, retryAt })
        if (input === 'isolated' || input === 'released') void this.save()
        else this.#gathering ??= setTimeout(() => void this.save(), this.#options.gatherMs).unref()
      }),
    )
  }

  /** A damaged memory costs its own proxy's alone: RefBot starts without it. */
  #restore(snapshot: ProxyScorerSnapshot): void {
    const { proxies, onDamaged } = this.#options
    try {
      proxies.restore(snapshot)
    } catch (error) {
      const [memory, ...others] = snapshot.proxies
      if (memory === undefined) throw error
      if (others.length === 0) onDamaged?.(memory.id, error)
      else for (const one of snapshot.proxies) this.#restore({ ...snapshot, proxies: [one] })
    }
  }

  #remember(memory: ProxyMemory, takenAt: number): void {
    if (this.#options.proxies.get(memory.id) !== undefined) this.#stored.set(memory.id, trace(memory, takenAt))
  }

  /** Resolves once what was learnt until now is stored, or could not be. */
  save(): Promise<void> {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  async #save(): Promise<void> {
    const { takenAt, proxies } = this.#options.proxies.snapshot()
    const circuits = this.#circuits
    const changed = proxies.filter((memory) => this.#stored.get(memory.id) !== trace(memory, takenAt))
    if (this.#stored.size > proxies.length) this.#forgetTheGone()
    if (changed.length === 0 && circuits.length === 0) return
    this.#circuits = []
    try {
      await this.#options.store.proxyHealth.save({ takenAt, proxies: changed, circuits })
      for (const memory of changed) this.#remember(memory, takenAt)
    } catch {
      this.#circuits = [...circuits, ...this.#circuits].slice(-MOST_CIRCUITS)
    }
  }

  #forgetTheGone(): void {
    for (const id of this.#stored.keys()) if (this.#options.proxies.get(id) === undefined) this.#stored.delete(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Before the start there is nothing to tell: what is stored says more.
    if (this.#stops.length === 0) return
    for (const stop of this.#stops.splice(0)) stop()
    await this.save()
  }
}

/** Changes with each use and each change of the circuit; by time alone only while it is isolated. */
function trace(memory: ProxyMemory, takenAt: number): string {
  const { uses, lastUsedAt, circuit, isolated, trips, retryAt, successfulProbes } = memory
  const day = isolated ? Math.floor(takenAt / ISOLATED_MS) : ''
  return [uses, lastUsedAt, circuit, isolated, trips, retryAt, successfulProbes, day].join()
}
