import type { Entry } from './entry.ts'
import { filterKey, ownFilter, type ProxyFilter } from './filter.ts'
import { Pool } from './pool.ts'

/** How many filters' pools are kept; a filter that comes back after more others costs one walk over all proxies. */
const MAX_POOLS = 32

/** One pool for all proxies, and one for each filter that was asked for lately. */
export class Pools {
  readonly all = new Pool(0, {}, [])
  /** In order of use, the latest last. */
  readonly #byKey = new Map<string, Pool>()

  for(filter: ProxyFilter): Pool {
    const key = filterKey(filter)
    if (key === '') return this.all
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      this.#byKey.delete(key)
      this.#byKey.set(key, known)
      return known
    }
    const pool = new Pool(this.#freeNumber(), ownFilter(filter), this.all.members)
    this.#byKey.set(key, pool)
    return pool
  }

  add(entry: Entry): void {
    this.all.add(entry)
    for (const pool of this.#byKey.values()) pool.add(entry)
  }

  remove(entry: Entry): void {
    this.all.remove(entry)
    for (const pool of this.#byKey.values()) pool.remove(entry)
  }

  update(entry: Entry): void {
    this.all.update(entry)
    if (this.#byKey.size > 0) for (const pool of this.#byKey.values()) pool.update(entry)
  }

  /** Has an entry of which nothing was heard for long tried out of turn. */
  retry(entry: Entry): void {
    entry.awaitsTrial = true
    this.all.retry(entry)
    for (const pool of this.#byKey.values()) pool.retry(entry)
  }

  #freeNumber(): number {
    if (this.#byKey.size < MAX_POOLS) return this.#byKey.size + 1
    for (const [key, pool] of this.#byKey) {
      pool.dissolve()
      this.#byKey.delete(key)
      return pool.number
    }
    return 1
  }
}

/** The members of any of the pools, each once. (A set of them would cost twenty times the walk.) */
export function* distinct(pools: readonly Pool[]): Generator<Entry> {
  for (const [i, pool] of pools.entries()) {
    const before = pools.slice(0, i)
    for (const entry of pool.members) if (!before.some((one) => one.has(entry))) yield entry
  }
}
