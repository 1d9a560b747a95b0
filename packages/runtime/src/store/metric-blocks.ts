import type { MetricBlock, MetricStore } from '@refbot/analytics'
import { RefbotError } from '../errors.ts'
import type { StoreConnection } from './connection.ts'
import type { OperationArgs } from './operations/index.ts'
import type { BlockRange } from './operations/metrics.ts'

/** @param long the connection for long reads */
export function metricBlocks(writer: StoreConnection, long: () => Promise<StoreConnection>): MetricStore {
  return {
    append: (blocks) => writer.call('metric.append', blocks),
    read: (range) => readBlocks(long, range),
    prune: (tier, before, limit = 1000) => writer.call('metric.prune', { tier, before, limit }),
    async compact(tier, { from, until, points }, merge) {
      const reader = await long()
      const stretch = { tier, from, until }
      let gone = 0
      const failures: unknown[] = []
      for (const series of await reader.call('metric.crowded', { ...stretch, points })) {
        try {
          gone += await compactSeries({ writer, reader }, { ...stretch, ...series, limit: COMPACTED_AT_ONCE }, merge)
        } catch (error) {
          // Of the store, or of a damaged block: the others can do without.
          if (error instanceof RefbotError) throw error
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return gone
    },
  }
}

/** Blocks that one transaction replaces: few enough that nobody waits long for it. */
const COMPACTED_AT_ONCE = 500

type Merge = Parameters<NonNullable<MetricStore['compact']>>[2]

/** Until no neighbours are left to be merged, or somebody else took one of them away. */
async function compactSeries(
  { writer, reader }: { readonly writer: StoreConnection; readonly reader: StoreConnection },
  series: OperationArgs<'metric.stretch'>,
  merge: Merge,
): Promise<number> {
  let gone = 0
  while (true) {
    const found = await reader.call('metric.stretch', series)
    const merged = merge(found.map(({ block }) => block))
    for (const { from, to, block } of merged) {
      const ids = found.slice(from, to).map(({ id }) => id)
      if (!(await writer.call('metric.replace', { ids, block }))) return gone
      gone += ids.length - 1
    }
    if (merged.length === 0 || found.length < series.limit) return gone
  }
}

async function* readBlocks(
  open: () => Promise<StoreConnection>,
  range: BlockRange,
): AsyncGenerator<readonly MetricBlock[]> {
  if (range.names?.length === 0) return
  const reader = await open()
  let page = await reader.call('metric.read', { range })
  while (true) {
    if (page.blocks.length > 0) yield page.blocks
    if (page.next === undefined) return
    page = await reader.call('metric.read', { range, after: page.next })
  }
}
