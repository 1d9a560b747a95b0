import type { MetricBlock } from '@refbot/analytics'
import { background, relaxed } from '../operation.ts'
import { blockOf, blockRow } from './metric-rows.ts'
import type { MetricTier } from './metrics.ts'

/** One series of one tier in a stretch of time, in which its blocks lie wholly. */
export interface BlockStretch {
  readonly tier: MetricTier
  /** Epoch milliseconds. */
  readonly from: number
  /** Epoch milliseconds, excluded. */
  readonly until: number
}

export interface SeriesName {
  readonly name: string
  /** As it is stored. */
  readonly labels: string
}

export const compactionOperations = {
  /** Series with more than one block of fewer points. For the connection of long reads. */
  'metric.crowded': relaxed(
    async ({ db }, { tier, from, until, points }: BlockStretch & { points: number }): Promise<SeriesName[]> =>
      db
        .selectFrom('metric_block')
        .select(['name', 'labels'])
        .where('tier', '=', tier)
        // By the index of ends: the stretch of time alone is walked through.
        .where('to_ms', '>=', from)
        .where('to_ms', '<', until)
        .where('from_ms', '>=', from)
        .where('points', '<', points)
        .groupBy(['name', 'labels'])
        .having(({ fn }) => fn.countAll(), '>', 1)
        .execute(),
  ),

  /** The first blocks of a series in their order. For the connection of long reads. */
  'metric.stretch': relaxed(
    async (
      { db },
      { tier, from, until, name, labels, limit }: BlockStretch & SeriesName & { limit: number },
    ): Promise<{ id: number; block: MetricBlock }[]> => {
      const rows = await db
        .selectFrom('metric_block')
        .selectAll()
        .where('tier', '=', tier)
        .where('name', '=', name)
        .where('labels', '=', labels)
        .where('from_ms', '>=', from)
        .where('from_ms', '<', until)
        .where('to_ms', '<', until)
        .orderBy('from_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ id: row.id, block: blockOf(row) }))
    },
  ),

  /** Puts a block in the place of others, if these are all still there; says whether they were. */
  'metric.replace': background(
    relaxed(async ({ db, now }, { ids, block }: { ids: readonly number[]; block: MetricBlock }): Promise<boolean> => {
      const { count } = await db
        .selectFrom('metric_block')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('id', 'in', ids)
        .executeTakeFirstOrThrow()
      if (Number(count) !== ids.length) return false
      await db.deleteFrom('metric_block').where('id', 'in', ids).execute()
      await db.insertInto('metric_block').values(blockRow(block, now)).execute()
      return true
    }),
  ),
}
