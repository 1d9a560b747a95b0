import { createProxy, type EgressProxy, type ProxyInput } from '@refbot/proxy-scoring'
import type { SealedProxy, Store, Vault } from './store/index.ts'

export interface StoredProxiesOptions {
  readonly store: Pick<Store, 'proxies'>
  readonly vault: Vault
  /** Secret of the installation that ids are made with. */
  readonly idKey: string
}

/** Proxies that were added beside those of the configuration. Their logins are sealed in the store. */
export class StoredProxies {
  readonly #options: StoredProxiesOptions
  readonly #byId: Map<string, EgressProxy>

  private constructor(options: StoredProxiesOptions, proxies: readonly EgressProxy[]) {
    this.#options = options
    this.#byId = new Map(proxies.map((proxy) => [proxy.id, proxy]))
  }

  /** @throws RefbotError `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_SECRET_DAMAGED`: none of them is left out. */
  static async open(options: StoredProxiesOptions): Promise<StoredProxies> {
    const rows = await options.store.proxies.list()
    return new StoredProxies(
      options,
      rows.map((row) => opened(row, options.vault)),
    )
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.#byId.keys())
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  all(): readonly EgressProxy[] {
    return [...this.#byId.values()]
  }

  /**
   * @param onAdded hears of each as soon as it is stored: a longer list may come to its end half-way, and what is stored stays
   * @returns those that were not here
   * @throws ProxyScoringError `PROXY_INVALID`; nothing was added then
   */
  async add(
    inputs: readonly (EgressProxy | ProxyInput)[],
    onAdded: (proxy: EgressProxy) => void = () => {},
  ): Promise<readonly EgressProxy[]> {
    const { store, vault, idKey } = this.#options
    const proxies = new Map(inputs.map((input) => createProxy(input, { idKey })).map((proxy) => [proxy.id, proxy]))
    const added: EgressProxy[] = []
    // A longer list goes in several transactions: a claim gets its turn between two of them.
    for (const some of batches([...proxies.values()], BATCH)) {
      const ids = new Set(await store.proxies.add(some.map((proxy) => sealed(proxy, vault))))
      for (const proxy of some) {
        if (!ids.has(proxy.id)) continue
        this.#byId.set(proxy.id, proxy)
        added.push(proxy)
        onAdded(proxy)
      }
    }
    return added
  }

  /** False where there is none. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#options.store.proxies.remove(id)
    this.#byId.delete(id)
    return removed
  }
}

/** Proxies of one transaction. */
const BATCH = 100

function* batches<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}

/** Where the login of a proxy is kept. */
export function loginPlace(id: string): string {
  return `proxy/login/${id}`
}

function sealed(proxy: EgressProxy, vault: Vault): SealedProxy {
  const { id, protocol, host, port, label, region, tags, username, password } = proxy
  return {
    ...{ id, protocol, host, port },
    ...(username === undefined ? {} : { login: vault.seal(loginPlace(id), JSON.stringify({ username, password })) }),
    ...(label === undefined ? {} : { label }),
    ...(region === undefined ? {} : { region }),
    ...(tags === undefined ? {} : { tags }),
  }
}

function opened({ login, ...proxy }: SealedProxy, vault: Vault): EgressProxy {
  const credentials = login === undefined ? {} : (JSON.parse(vault.unseal(loginPlace(proxy.id), login)) as object)
  return createProxy({ ...proxy, ...credentials })
}
