import type { MetricBlock, MetricStore } from '@refbot/analytics'
import type { StoreConnection } from './connection.ts'
import type { BlockRange } from './operations/metrics.ts'

/** @param long the connection for long reads */
export function metricBlocks(writer: StoreConnection, long: () => Promise<StoreConnection>): MetricStore {
  return {
    append: (blocks) => writer.call('metric.append', blocks),
    read: (range) => readBlocks(long, range),
    prune: (tier, before, limit = 1000) => writer.call('metric.prune', { tier, before, limit }),
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
