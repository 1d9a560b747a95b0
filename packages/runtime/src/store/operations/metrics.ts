import type { MetricBlock } from '@refbot/analytics'
import { adding, background, relaxed } from '../operation.ts'

export type MetricTier = MetricBlock['tier']

export interface BlockRange {
  readonly tier: MetricTier
  readonly names?: readonly string[]
  /** Blocks that end at or after this instant. */
  readonly since?: number
  /** Blocks that begin before this instant. */
  readonly until?: number
}

export interface BlockPage {
  readonly blocks: readonly MetricBlock[]
  /** Undefined at the end. */
  readonly next: BlockCursor | undefined
}

export interface BlockCursor {
  readonly name: string
  readonly labels: string
  readonly from: number
  readonly id: number
}

/** Blocks a page: bounds what one read keeps in memory and in a message. */
const PAGE = 200

export const metricOperations = {
  'metric.append': adding(
    relaxed(async ({ db, now }, blocks: readonly MetricBlock[]): Promise<void> => {
      for (const block of blocks) {
        await db
          .insertInto('metric_block')
          .values({
            tier: block.tier,
            name: block.name,
            labels: JSON.stringify(block.labels),
            from_ms: block.from,
            to_ms: block.to,
            points: block.count,
            data: block.data,
            created_at: now,
          })
          .execute()
      }
    }),
  ),

  'metric.read': relaxed(
    async ({ db }, args: { range: BlockRange; after?: BlockCursor | undefined }): Promise<BlockPage> => {
      const { range, after } = args
      let select = db.selectFrom('metric_block').selectAll().where('tier', '=', range.tier)
      if (range.since !== undefined) select = select.where('to_ms', '>=', range.since)
      if (range.until !== undefined) select = select.where('from_ms', '<', range.until)
      if (range.names !== undefined) select = select.where('name', 'in', [...range.names])
      if (after !== undefined) {
        select = select.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('name', 'labels', 'from_ms', 'id'), '>', tuple(after.name, after.labels, after.from, after.id)),
        )
      }
      const rows = await select.orderBy('name').orderBy('labels').orderBy('from_ms').orderBy('id').limit(PAGE).execute()
      const last = rows.at(-1)
      return {
        blocks: rows.map((row) => ({
          tier: row.tier,
          name: row.name,
          labels: JSON.parse(row.labels) as Record<string, string>,
          from: row.from_ms,
          to: row.to_ms,
          count: row.points,
          data: row.data,
        })),
        next:
          rows.length < PAGE || last === undefined
            ? undefined
            : { name: last.name, labels: last.labels, from: last.from_ms, id: last.id },
      }
    },
  ),

  'metric.prune': background(
    relaxed(async ({ db }, args: { tier: MetricTier; before: number; limit: number }): Promise<number> => {
      const ids = db
        .selectFrom('metric_block')
        .select('id')
        .where('tier', '=', args.tier)
        .where('to_ms', '<', args.before)
        .orderBy('to_ms')
        .limit(args.limit)
      const { numDeletedRows } = await db.deleteFrom('metric_block').where('id', 'in', ids).executeTakeFirst()
      return Number(numDeletedRows)
    }),
  ),
}
