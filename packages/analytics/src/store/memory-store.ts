import { AnalyticsError } from '../errors.ts'
import { getOrMake } from '../get-or-make.ts'
import { seriesKey } from '../series/labels.ts'
import {
  type BlockQuery,
  blockBytes,
  type Crowd,
  type MergedBlock,
  type MetricBlock,
  type MetricStore,
  type Tier,
} from './metric-store.ts'

const pageSize = 256

interface Entry {
  readonly key: string
  readonly arrival: number
  readonly block: MetricBlock
}

export interface MemoryMetricStoreOptions {
  /** Of all blocks together, what they take beside their data included; default 67,108,864 (64 MiB). */
  readonly maxBytes?: number
}

/** Byte order of UTF-16 units: the same on every machine, unlike `localeCompare`. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byTime = (a: Entry, b: Entry): number => a.block.from - b.block.from || a.arrival - b.arrival

/** What to let go of first where there is no room: the finest, of which rollups still tell. */
const eviction: readonly Tier[] = ['raw', '1m', '1h']
/** Making room for a little more at once keeps the price of it low. */
const spare = 1 / 32

/**
 * Keeps blocks until the process ends: for tests, and for programs that need no history across restarts. Beyond its bound
 * the oldest samples go, then the oldest minutes, then the oldest hours; `evicted` counts the blocks.
 */
export class MemoryMetricStore implements MetricStore {
  readonly #tiers = new Map<Tier, Entry[]>()
  readonly #maxBytes: number
  #arrivals = 0
  #bytes = 0
  /** Blocks that had to go for want of room. */
  evicted = 0

  /** @throws AnalyticsError `ANALYTICS_OPTION_INVALID` */
  constructor({ maxBytes = 67_108_864 }: MemoryMetricStoreOptions = {}) {
    if (!(maxBytes >= 1)) {
      throw new AnalyticsError(
        'ANALYTICS_OPTION_INVALID',
        `The option maxBytes is ${maxBytes}.`,
        'Give a number of bytes of at least 1.',
      )
    }
    this.#maxBytes = maxBytes
  }

  /** What the blocks take, about. */
  get bytes(): number {
    return this.#bytes
  }

  async append(blocks: readonly MetricBlock[]): Promise<void> {
    for (const block of blocks) {
      this.#arrivals += 1
      this.#entries(block.tier).push({
        key: seriesKey(block.name, block.labels),
        arrival: this.#arrivals,
        block: { ...block, data: block.data.slice() },
      })
      this.#bytes += blockBytes(block)
    }
    if (this.#bytes > this.#maxBytes) this.#evict()
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
      .sort((a, b) => compare(a.block.name, b.block.name) || compare(a.key, b.key) || byTime(a, b))
    for (let start = 0; start < found.length; start += pageSize) {
      yield found.slice(start, start + pageSize).map((entry) => entry.block)
    }
  }

  async prune(tier: Tier, before: number, limit = 1_000): Promise<number> {
    let deleted = 0
    const kept = this.#entries(tier).filter(({ block }) => {
      if (deleted >= limit || block.to >= before) return true
      deleted += 1
      this.#bytes -= blockBytes(block)
      return false
    })
    this.#tiers.set(tier, kept)
    return deleted
  }

  async compact(
    tier: Tier,
    { from, until, points }: Crowd,
    merge: (blocks: readonly MetricBlock[]) => readonly MergedBlock[],
  ): Promise<number> {
    const within = this.#entries(tier).filter(({ block }) => block.from >= from && block.to < until)
    const failures: unknown[] = []
    const replaced = new Map<Entry, Entry | undefined>()
    for (const series of Map.groupBy(within, ({ key }) => key).values()) {
      if (series.filter(({ block }) => block.count < points).length < 2) continue
      series.sort(byTime)
      try {
        for (const merged of merge(series.map(({ block }) => block))) {
          const [first, ...others] = series.slice(merged.from, merged.to) as [Entry, ...Entry[]]
          replaced.set(first, { ...first, block: merged.block })
          for (const other of others) replaced.set(other, undefined)
        }
      } catch (error) {
        failures.push(error)
      }
    }
    this.#replace(tier, replaced)
    if (failures.length > 0) throw failures[0]
    return [...replaced.values()].filter((entry) => entry === undefined).length
  }

  #replace(tier: Tier, replaced: ReadonlyMap<Entry, Entry | undefined>): void {
    if (replaced.size === 0) return
    const entries = this.#entries(tier).flatMap((entry) => {
      if (!replaced.has(entry)) return [entry]
      const next = replaced.get(entry)
      this.#bytes += (next === undefined ? 0 : blockBytes(next.block)) - blockBytes(entry.block)
      return next === undefined ? [] : [next]
    })
    this.#tiers.set(tier, entries)
  }

  #entries(tier: Tier): Entry[] {
    return getOrMake(this.#tiers, tier, () => [])
  }

  #evict(): void {
    const bound = this.#maxBytes * (1 - spare)
    for (const tier of eviction) {
      const entries = this.#entries(tier)
      let gone = 0
      for (; gone < entries.length && this.#bytes > bound; gone += 1) {
        this.#bytes -= blockBytes((entries[gone] as Entry).block)
      }
      entries.splice(0, gone)
      this.evicted += gone
    }
  }
}
