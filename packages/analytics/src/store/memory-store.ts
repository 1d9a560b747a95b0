import { seriesKey } from '../series/labels.ts'
import type { BlockQuery, MetricBlock, MetricStore, Tier } from './metric-store.ts'

const pageSize = 256

interface Entry {
  readonly key: string
  readonly arrival: number
  readonly block: MetricBlock
}

/** Byte order of UTF-16 units: the same on every machine, unlike `localeCompare`. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Keeps blocks until the process ends: for tests, and for programs that need no history across restarts. */
export class MemoryMetricStore implements MetricStore {
  readonly #tiers = new Map<Tier, Entry[]>()
  #arrivals = 0

  async append(blocks: readonly MetricBlock[]): Promise<void> {
    for (const block of blocks) {
      const entries = this.#tiers.get(block.tier) ?? []
      this.#tiers.set(block.tier, entries)
      this.#arrivals += 1
      entries.push({
        key: seriesKey(block.name, block.labels),
        arrival: this.#arrivals,
        block: { ...block, data: block.data.slice() },
      })
    }
  }

  async *read(query: BlockQuery): AsyncGenerator<readonly MetricBlock[]> {
    const names = query.names === undefined ? undefined : new Set(query.names)
    const found = (this.#tiers.get(query.tier) ?? [])
      .filter(
        ({ block }) =>
          (names === undefined || names.has(block.name)) &&
          (query.since === undefined || block.to >= query.since) &&
          (query.until === undefined || block.from < query.until),
      )
      .sort(
        (a, b) =>
          compare(a.block.name, b.block.name) ||
          compare(a.key, b.key) ||
          a.block.from - b.block.from ||
          a.arrival - b.arrival,
      )
    for (let start = 0; start < found.length; start += pageSize) {
      yield found.slice(start, start + pageSize).map((entry) => entry.block)
    }
  }

  async prune(tier: Tier, before: number, limit = 1_000): Promise<number> {
    const entries = this.#tiers.get(tier) ?? []
    let deleted = 0
    const kept = entries.filter(({ block }) => {
      if (deleted >= limit || block.to >= before) return true
      deleted += 1
      return false
    })
    this.#tiers.set(tier, kept)
    return deleted
  }
}
