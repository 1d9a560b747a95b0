import {
  type EgressProxy,
  type ParseError,
  type ParseOptions,
  type ProxyInput,
  type ProxyScorer,
  parseProxies,
} from '@refbot/proxy-scoring'
import type { StoredProxies } from './stored-proxies.ts'

export interface ProxyBookOptions {
  readonly scorer: ProxyScorer
  readonly stored: StoredProxies
  /** Ids of those that the configuration in force names. */
  readonly configured: () => ReadonlySet<string>
  /** Secret of the installation that ids are made with. */
  readonly idKey: string
}

/** A text in any form that `parseProxies` reads, or its entries: texts, or objects with `host`, `port` and so on. */
export type ProxyList = string | readonly unknown[]

export interface ProxyImport {
  /** Ids of those that were taken in. */
  readonly added: readonly string[]
  /** Ids of those that had been added before. */
  readonly known: readonly string[]
  /** What cannot be read, by line (of entries: by number, from 1) and reason; never by its text. */
  readonly errors: readonly ParseError[]
}

/** Proxies that come and go while RefBot runs, beside those of the configuration. */
export class ProxyBook {
  readonly #options: ProxyBookOptions

  constructor(options: ProxyBookOptions) {
    this.#options = options
  }

  /**
   * @returns those that were not here
   * @throws ProxyScoringError `PROXY_INVALID`; nothing was added then. What the store says when it takes no more; what it took is in use
   */
  add(inputs: readonly (EgressProxy | ProxyInput)[]): Promise<readonly EgressProxy[]> {
    const { stored, scorer } = this.#options
    return stored.add(inputs, (proxy) => scorer.add(proxy))
  }

  /** Takes in what can be read of a list, and tells what cannot. */
  async import(list: ProxyList, options: Pick<ParseOptions, 'format' | 'protocol'> = {}): Promise<ProxyImport> {
    const { scorer, idKey } = this.#options
    const shared = { ...options, idKey, existing: (id: string) => scorer.get(id) }
    const { proxies, errors } =
      typeof list === 'string'
        ? parseProxies(list, shared)
        : parseProxies(`[${list.map((entry) => JSON.stringify(entry)).join(',\n')}]`, { ...shared, format: 'json' })
    const added = new Set((await this.add(proxies)).map(({ id }) => id))
    const known = proxies.flatMap(({ id }) => (added.has(id) ? [] : [id]))
    return { added: [...added], known, errors }
  }

  /** One that the configuration names as well stays in use. False where none of that id was added. */
  async remove(id: string): Promise<boolean> {
    const { stored, scorer, configured } = this.#options
    const removed = await stored.remove(id)
    if (removed && !configured().has(id)) scorer.remove(id)
    return removed
  }

  /** Whether it was added, and not by the configuration alone. */
  isAdded(id: string): boolean {
    return this.#options.stored.has(id)
  }
}
