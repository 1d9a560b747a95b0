import { sql } from 'kysely'
import type { Deletion, PrunedKind } from '../event-types.ts'
import { background, relaxed, type Unit } from '../operation.ts'
import { countRuns } from './run-counts.ts'

/** Rows deleted in one transaction unless told otherwise. */
const BATCH = 500
/** What one row takes with it is not known before: after so many the time is looked at. */
const CHUNK = 32
/** A transaction deletes no more once it has held the writer for so long, ms. */
const HOLD_MS = 10

/** Tables that lose rows by age; what references a row goes with it. Metrics have tiers, and prune themselves. */
export type PrunedTable = Exclude<PrunedKind, 'artifact'>

export interface PruneArgs {
  readonly table: PrunedTable
  /** Epoch milliseconds: what is older goes. */
  readonly before: number
  readonly limit?: number
}

export interface Pruned {
  readonly deleted: number
  readonly more: boolean
  /** Runs that went: their folders and logs may go too. */
  readonly runIds: readonly string[]
  /** How long the writer was held, ms. */
  readonly tookMs: number
}

export interface PrunedArtifact {
  readonly runId: string
  readonly name: string
  readonly bytes: number
}

export const retentionOperations = {
  /** Deletes at most one batch of rows created before `before`, oldest first. Unfinished executions stay. */
  'retention.prune': background(
    relaxed(async (unit, { table, before, limit = BATCH }: PruneArgs): Promise<Pruned> => {
      const began = performance.now()
      const { ids, deleted, more = deleted === limit } = await PRUNE[table](unit, before, limit)
      if (deleted > 0) await count(unit, table, { items: deleted, bytes: 0 })
      return { deleted, more, runIds: ids, tookMs: performance.now() - began }
    }),
  ),

  /** Deletes the records of a batch of artifacts that are older than `before`, or until `excessBytes` are gone. */
  'retention.artifacts': background(
    relaxed(
      async (
        unit,
        args: { before?: number; excessBytes?: number; limit: number },
      ): Promise<{ artifacts: readonly PrunedArtifact[]; more: boolean; tookMs: number }> => {
        const began = performance.now()
        let select = unit.db
          .selectFrom('artifact')
          .innerJoin('execution', 'execution.id', 'artifact.run_id')
          .select(['artifact.run_id as runId', 'artifact.name', 'artifact.bytes'])
          .where('execution.status', 'not in', ['running', 'retrying'])
        if (args.before !== undefined) select = select.where('artifact.created_at', '<', args.before)
        const oldest = await select
          .orderBy('artifact.created_at')
          .orderBy('artifact.run_id')
          .orderBy('artifact.name')
          .limit(args.limit)
          .execute()
        const artifacts = args.excessBytes === undefined ? oldest : until(args.excessBytes, oldest)
        for (const { runId, name } of artifacts) {
          await unit.db.deleteFrom('artifact').where('run_id', '=', runId).where('name', '=', name).execute()
        }
        if (artifacts.length > 0) await count(unit, 'artifact', sum(artifacts))
        return { artifacts, more: artifacts.length === args.limit, tookMs: performance.now() - began }
      },
    ),
  ),

  /** Tells in one event what was deleted since the last one; it was counted where it was deleted. */
  'retention.tell': relaxed(async ({ db, emit }, _: undefined): Promise<Partial<Record<PrunedKind, Deletion>>> => {
    const rows = await db.selectFrom('deletion').select(['kind', 'items', 'bytes']).orderBy('kind').execute()
    const deleted = Object.fromEntries(rows.map(({ kind, items, bytes }) => [kind, { items, bytes }]))
    if (rows.length === 0) return deleted
    await db.deleteFrom('deletion').execute()
    await emit('store.pruned', { deleted })
    return deleted
  }),

  /** Gives a few pages that deleted rows left behind back to the file system; says how many are still to give. */
  'retention.vacuum': background(
    relaxed(async ({ db }, args: { pages: number }): Promise<{ free: number; tookMs: number }> => {
      const began = performance.now()
      await sql.raw(`PRAGMA incremental_vacuum(${Math.trunc(args.pages)})`).execute(db)
      const { rows } = await sql<{ freelist_count: number }>`PRAGMA freelist_count`.execute(db)
      return { free: rows[0]?.freelist_count ?? 0, tookMs: performance.now() - began }
    }),
  ),
}

interface Batch {
  readonly ids: readonly string[]
  readonly deleted: number
  /** Where it stopped before its limit; by default, whether it came to it. */
  readonly more?: boolean
}

const PRUNE: Readonly<Record<PrunedTable, (unit: Unit, before: number, limit: number) => Promise<Batch>>> = {
  async execution(unit, before, limit) {
    const rows = await unit.db
      .selectFrom('execution')
      .leftJoin('run', 'run.id', 'execution.id')
      .select(['execution.id', 'execution.status', 'run.id as runId', 'run.plugin'])
      .where('execution.created_at', '<', before)
      .where('execution.status', 'not in', ['running', 'retrying'])
      .orderBy('execution.created_at')
      .orderBy('execution.id')
      .limit(limit)
      .execute()
    const until = performance.now() + HOLD_MS
    const ids: string[] = []
    let deleted = 0
    while (deleted < rows.length && (deleted === 0 || performance.now() < until)) {
      const chunk = rows.slice(deleted, deleted + CHUNK)
      ids.push(...(await deleteExecutions(unit, chunk)))
      deleted += chunk.length
    }
    return { ids, deleted, more: deleted < rows.length || rows.length === limit }
  },

  async plugin_value({ db }, before, limit) {
    const keys = await db
      .selectFrom('plugin_value')
      .select(['plugin', 'key'])
      .where('updated_at', '<', before)
      .limit(limit)
      .execute()
    for (const { plugin, key } of keys) {
      await db.deleteFrom('plugin_value').where('plugin', '=', plugin).where('key', '=', key).execute()
    }
    return { ids: [], deleted: keys.length }
  },

  async proxy_health({ db }, before, limit) {
    const old = db.selectFrom('proxy_health').select('proxy_id').where('taken_at', '<', before).limit(limit)
    const { numDeletedRows } = await db.deleteFrom('proxy_health').where('proxy_id', 'in', old).executeTakeFirst()
    return { ids: [], deleted: Number(numDeletedRows) }
  },

  /** Valid ones stay, however old. */
  async token({ db }, before, limit) {
    const dead = db
      .selectFrom('token')
      .select('id')
      .where((where) => where.or([where('revoked_at', '<', before), where('expires_at', '<', before)]))
      .limit(limit)
    const { numDeletedRows } = await db.deleteFrom('token').where('id', 'in', dead).executeTakeFirst()
    return { ids: [], deleted: Number(numDeletedRows) }
  },

  async audit({ db }, before, limit) {
    const old = db.selectFrom('audit').select('id').where('created_at', '<', before).orderBy('created_at').limit(limit)
    const { numDeletedRows } = await db.deleteFrom('audit').where('id', 'in', old).executeTakeFirst()
    return { ids: [], deleted: Number(numDeletedRows) }
  },

  /** From the start of the stream, up to the first that is not old: what remains has no hole. */
  async event({ db }, before, limit) {
    const rows = await db.selectFrom('event').select(['id', 'created_at']).orderBy('id').limit(limit).execute()
    const young = rows.findIndex((row) => row.created_at >= before)
    const last = rows.at(young === -1 ? -1 : young - 1)
    if (young === 0 || last === undefined) return { ids: [], deleted: 0 }
    const { numDeletedRows } = await db.deleteFrom('event').where('id', '<=', last.id).executeTakeFirst()
    return { ids: [], deleted: Number(numDeletedRows) }
  },
}

/** With all that is theirs; says which of them were runs. */
async function deleteExecutions(
  unit: Unit,
  rows: readonly {
    readonly id: string
    readonly status: string
    readonly runId: string | null
    readonly plugin: string | null
  }[],
): Promise<readonly string[]> {
  const runIds = rows.map(({ runId }) => runId).filter((id) => id !== null)
  const artifacts = await unit.db.selectFrom('artifact').select(['bytes']).where('run_id', 'in', runIds).execute()
  if (artifacts.length > 0) await count(unit, 'artifact', sum(artifacts))
  for (const { plugin, status } of rows) if (plugin !== null) await countRuns(unit, plugin, status, -1)
  await unit.db
    .deleteFrom('execution')
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute()
  return runIds
}

async function count({ db, now }: Unit, kind: PrunedKind, { items, bytes }: Deletion): Promise<void> {
  await db
    .insertInto('deletion')
    .values({ kind, items, bytes, created_at: now })
    .onConflict((conflict) =>
      conflict.column('kind').doUpdateSet((eb) => ({
        items: eb('deletion.items', '+', items),
        bytes: eb('deletion.bytes', '+', bytes),
      })),
    )
    .execute()
}

function sum(artifacts: readonly { readonly bytes: number }[]): Deletion {
  return { items: artifacts.length, bytes: artifacts.reduce((total, { bytes }) => total + bytes, 0) }
}

function until(excess: number, artifacts: readonly PrunedArtifact[]): readonly PrunedArtifact[] {
  let gone = 0
  const end = artifacts.findIndex(({ bytes }) => {
    const enough = gone >= excess
    gone += bytes
    return enough
  })
  return end === -1 ? artifacts : artifacts.slice(0, end)
}
