import type { MetricBlock } from '@refbot/analytics'
import type { Insertable, Selectable } from 'kysely'
import type { Database } from '../schema.ts'

type BlockTable = Database['metric_block']

export function blockRow(block: MetricBlock, now: number): Insertable<BlockTable> {
  return {
    tier: block.tier,
    name: block.name,
    labels: JSON.stringify(block.labels),
    from_ms: block.from,
    to_ms: block.to,
    points: block.count,
    data: block.data,
    created_at: now,
  }
}

export function blockOf(row: Selectable<BlockTable>): MetricBlock {
  return {
    tier: row.tier,
    name: row.name,
    labels: JSON.parse(row.labels) as Record<string, string>,
    from: row.from_ms,
    to: row.to_ms,
    count: row.points,
    data: row.data,
  }
}
