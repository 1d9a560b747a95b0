import type { MetricBlock } from '@refbot/analytics'
import type { Insertable, Kysely, Selectable } from 'kysely'
import { adding, background, relaxed } from '../operation.ts'
import type { Database } from '../schema.ts'
import { statement } from '../statement.ts'
import { blockOf, blockRow } from './metric-rows.ts'

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
    relaxed(async (unit, blocks: readonly MetricBlock[]): Promise<void> => {
      for (const block of blocks) {
        await insertBlock(unit, blockRow(block, unit.now))
      }
    }),
  ),

  'metric.read': relaxed(
    async ({ db }, args: { range: BlockRange; after?: BlockCursor | undefined }): Promise<BlockPage> => {
      const rows = await readPage(db, args.range, args.after)
      const last = rows.at(-1)
      return {
        blocks: rows.map(blockOf),
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

const insertBlock = statement<Insertable<Database['metric_block']>>(
  (db, { tier, name, labels, from_ms, to_ms, points, data, created_at }) =>
    db.insertInto('metric_block').values({ tier, name, labels, from_ms, to_ms, points, data, created_at }),
)

/** One name after the other, so that each query walks the index of pages in its order, from where the last one ended. */
async function readPage(
  db: Kysely<Database>,
  { names, ...range }: BlockRange,
  after: BlockCursor | undefined,
): Promise<Selectable<Database['metric_block']>[]> {
  if (names === undefined) return selectBlocks(db, range, PAGE, after)
  const rows: Selectable<Database['metric_block']>[] = []
  for (const name of [...new Set(names)].sort()) {
    if (after !== undefined && name < after.name) continue
    if (rows.length === PAGE) break
    rows.push(...(await selectBlocks(db, range, PAGE - rows.length, name === after?.name ? after : undefined, name)))
  }
  return rows
}

function selectBlocks(
  db: Kysely<Database>,
  { tier, since, until }: BlockRange,
  limit: number,
  after: BlockCursor | undefined,
  name?: string,
): Promise<Selectable<Database['metric_block']>[]> {
  let select = db.selectFrom('metric_block').selectAll().where('tier', '=', tier)
  if (name !== undefined) select = select.where('name', '=', name)
  if (since !== undefined) select = select.where('to_ms', '>=', since)
  if (until !== undefined) select = select.where('from_ms', '<', until)
  // Also without a cursor: it is what makes SQLite walk the index of pages.
  const { labels, from, id } = after ?? { labels: '', from: 0, id: 0 }
  select = select.where(({ eb, refTuple, tuple }) =>
    name === undefined
      ? eb(refTuple('name', 'labels', 'from_ms', 'id'), '>', tuple(after?.name ?? '', labels, from, id))
      : eb(refTuple('labels', 'from_ms', 'id'), '>', tuple(labels, from, id)),
  )
  return select.orderBy('name').orderBy('labels').orderBy('from_ms').orderBy('id').limit(limit).execute()
}
