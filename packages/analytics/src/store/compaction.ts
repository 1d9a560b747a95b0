import { AnalyticsError } from '../errors.ts'
import type { Retention } from '../options.ts'
import { hourMs, minuteMs } from '../rollup/roller.ts'
import { mergeBlocks } from './merge-blocks.ts'
import type { MergedBlock, MetricBlock, MetricStore, Tier } from './metric-store.ts'

/**
 * How long a stretch of time may share a block, and with how many points one takes no more. A flush leaves a block of each
 * series every second, and each minute that ends another: of 500 series that are recorded once a minute, 21.6 million of
 * samples and as many of minutes in 30 days. In these stretches it is 360,000 and 60,000, of some 30 kB at most.
 */
const stretches: Readonly<Record<Tier, { readonly ms: number; readonly points: number }>> = {
  raw: { ms: hourMs, points: 8_192 },
  '1m': { ms: 6 * hourMs, points: 360 },
  '1h': { ms: 240 * hourMs, points: 240 },
}

/** Until then what has ended is in the store, beside the time that samples may be late: its minute is closed, and flushed. */
const settleMs = 2 * minuteMs

export interface CompactionOptions {
  readonly store: MetricStore
  readonly lateMs: number
  readonly retention: Retention
}

/** Lets many small blocks become few, in stretches of time that are over; in each of them once, and again after a restart. */
export class Compaction {
  readonly #options: CompactionOptions
  readonly #done = new Map<Tier, number>()

  constructor(options: CompactionOptions) {
    this.#options = options
  }

  /**
   * @returns How many blocks there are less.
   * @throws AnalyticsError `METRIC_BLOCK_CORRUPT`, once all else is done; what the store throws, at once
   */
  async run(now: number): Promise<number> {
    const { store, lateMs, retention } = this.#options
    if (store.compact === undefined) return 0
    const keptMs = { raw: retention.rawMs, '1m': retention.minuteMs, '1h': retention.hourMs }
    let gone = 0
    let corrupt: AnalyticsError | undefined
    for (const tier of ['raw', '1m', '1h'] as const) {
      const { ms, points } = stretches[tier]
      const floor = (at: number) => Math.floor(at / ms) * ms
      const end = floor(now - lateMs - settleMs)
      for (let from = this.#done.get(tier) ?? floor(now - keptMs[tier]); from < end; from += ms) {
        const range = { from, until: from + ms, points }
        try {
          gone += await store.compact(tier, range, (blocks) => merges(blocks, points))
        } catch (error) {
          if (!(error instanceof AnalyticsError)) throw error
          corrupt ??= error
        }
        this.#done.set(tier, from + ms)
      }
    }
    if (corrupt !== undefined) throw corrupt
    return gone
  }
}

/** Neighbours that are small become one: what lies between two of them in time stays between them. */
function merges(blocks: readonly MetricBlock[], points: number): MergedBlock[] {
  const merged: MergedBlock[] = []
  for (let from = 0; from < blocks.length; ) {
    let to = from
    for (let sum = 0; to < blocks.length && sum < points; to += 1) {
      const { count } = blocks[to] as MetricBlock
      if (count >= points) break
      sum += count
    }
    const [first, ...others] = blocks.slice(from, to)
    if (first !== undefined && others.length > 0) merged.push({ from, to, block: mergeBlocks([first, ...others]) })
    from = Math.max(to, from + 1)
  }
  return merged
}
