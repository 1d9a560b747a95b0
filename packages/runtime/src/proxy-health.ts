import type { ProxyMemory, ProxyScorer } from '@refbot/proxy-scoring'
import type { ProxyCircuitData, Store } from './store/index.ts'

export interface ProxyHealthOptions {
  readonly proxies: ProxyScorer
  readonly store: Pick<Store, 'proxyHealth'>
  /** Between two saves, ms. */
  readonly everyMs: number
  /** How long circuits that change by themselves wait for each other before they are stored, ms. */
  readonly gatherMs: number
}

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
      proxies.restore(snapshot)
      for (const memory of snapshot.proxies) this.#stored.set(memory.id, trace(memory))
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
    const changed = proxies.filter((memory) => this.#stored.get(memory.id) !== trace(memory))
    if (changed.length === 0 && circuits.length === 0) return
    this.#circuits = []
    try {
      await this.#options.store.proxyHealth.save({ takenAt, proxies: changed, circuits })
      for (const memory of changed) this.#stored.set(memory.id, trace(memory))
    } catch {
      this.#circuits = [...circuits, ...this.#circuits]
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Before the start there is nothing to tell: what is stored says more.
    if (this.#stops.length === 0) return
    for (const stop of this.#stops.splice(0)) stop()
    await this.save()
  }
}

/** Changes with each use and each change of the circuit, and not by time alone. */
function trace({ uses, lastUsedAt, circuit, isolated, trips, retryAt, successfulProbes }: ProxyMemory): string {
  return [uses, lastUsedAt, circuit, isolated, trips, retryAt, successfulProbes].join()
}
