import type { RunCause } from '@refbot/plugin-sdk'
import type { ExecutionRecord, ExecutionStatus } from '@refbot/scheduler'
import { optional } from '../json.ts'
import { adding, durable, relaxed, type Unit } from '../operation.ts'
import { withAttempts } from './executions.ts'

export interface ArtifactRecord {
  readonly runId: string
  readonly name: string
  readonly contentType: string
  readonly bytes: number
  readonly createdAt: number
}

export interface StepRecord {
  readonly attempt: number
  /** Order of ending within the attempt, from 1. */
  readonly number: number
  /** Names from the outermost step in, joined by ` › `. */
  readonly path: string
  readonly startedAt: number
  readonly endedAt: number
  readonly error?: string
}

/** An execution whose task is a plugin. */
export interface RunRecord extends ExecutionRecord {
  readonly plugin: string
  readonly cause: RunCause
}

export interface RunDetails extends RunRecord {
  readonly steps: readonly StepRecord[]
  readonly artifacts: readonly ArtifactRecord[]
}

export interface RunQuery {
  readonly plugin?: string
  readonly status?: ExecutionStatus
  /** Only those claimed at or after this instant. */
  readonly since?: number
  /** Only those with an id below this one: the cursor of the next page. */
  readonly before?: string
  /** Default 50. */
  readonly limit?: number
}

export interface PluginRunCounts {
  readonly runs: number
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly lastRunAt: number | undefined
  /** Of the last 1,000 finished runs that executed, in ms, ascending. */
  readonly durations: readonly number[]
}

export const runOperations = {
  'run.list': durable(async (unit, query: RunQuery): Promise<RunRecord[]> => listRuns(unit, query)),

  'run.get': durable(async (unit, id: string): Promise<RunDetails | undefined> => {
    const { db } = unit
    const [run] = await listRuns(unit, { limit: 1 }, id)
    if (run === undefined) return undefined
    const steps = await db
      .selectFrom('step')
      .selectAll()
      .where('run_id', '=', id)
      .orderBy('attempt')
      .orderBy('number')
      .execute()
    return {
      ...run,
      steps: steps.map((step) => ({
        attempt: step.attempt,
        number: step.number,
        path: step.path,
        startedAt: step.started_at,
        endedAt: step.ended_at,
        ...optional('error', step.error),
      })),
      artifacts: await listArtifacts(unit, id),
    }
  }),

  'run.counts': durable(async ({ db }, plugin: string): Promise<PluginRunCounts> => {
    const counts = await db.selectFrom('run_count').select(['status', 'runs']).where('plugin', '=', plugin).execute()
    const count = (status: ExecutionStatus) => Number(counts.find((row) => row.status === status)?.runs ?? 0)
    const ofPlugin = db
      .selectFrom('run')
      .innerJoin('execution', 'execution.id', 'run.id')
      .select(['execution.claimed_at', 'execution.ended_at'])
      .where('run.plugin', '=', plugin)
      .orderBy('run.id', 'desc')
    const [last] = await ofPlugin.limit(1).execute()
    const times = await ofPlugin
      .where('execution.status', 'in', ['success', 'failed'])
      .where('execution.ended_at', 'is not', null)
      .limit(1000)
      .execute()
    return {
      runs: counts.reduce((sum, row) => sum + Number(row.runs), 0),
      succeeded: count('success'),
      failed: count('failed'),
      cancelled: count('cancelled'),
      lastRunAt: last?.claimed_at,
      durations: times.map((row) => (row.ended_at ?? row.claimed_at) - row.claimed_at).sort((a, b) => a - b),
    }
  }),

  'run.addSteps': adding(
    relaxed(async ({ db, now }, args: { runId: string; steps: readonly StepRecord[] }): Promise<void> => {
      for (const step of args.steps) {
        await db
          .insertInto('step')
          .values({
            run_id: args.runId,
            attempt: step.attempt,
            number: step.number,
            path: step.path,
            started_at: step.startedAt,
            ended_at: step.endedAt,
            error: step.error ?? null,
            created_at: now,
          })
          .execute()
      }
    }),
  ),

  'artifact.add': adding(
    durable(async ({ db, now, emit }, artifact: Omit<ArtifactRecord, 'createdAt'>): Promise<void> => {
      const row = { content_type: artifact.contentType, bytes: artifact.bytes }
      await db
        .insertInto('artifact')
        .values({ run_id: artifact.runId, name: artifact.name, ...row, created_at: now })
        .onConflict((conflict) => conflict.columns(['run_id', 'name']).doUpdateSet(row))
        .execute()
      await emit('artifact.stored', { runId: artifact.runId, name: artifact.name, bytes: artifact.bytes })
    }),
  ),

  'artifact.list': durable((unit, runId: string): Promise<ArtifactRecord[]> => listArtifacts(unit, runId)),
}

async function listRuns(unit: Unit, query: RunQuery, id?: string): Promise<RunRecord[]> {
  let select = unit.db
    .selectFrom('run')
    .innerJoin('execution', 'execution.id', 'run.id')
    .selectAll('execution')
    .select(['run.plugin', 'run.cause'])
  if (id !== undefined) select = select.where('run.id', '=', id)
  if (query.plugin !== undefined) select = select.where('run.plugin', '=', query.plugin)
  if (query.status !== undefined) select = select.where('execution.status', '=', query.status)
  if (query.since !== undefined) select = select.where('execution.claimed_at', '>=', query.since)
  if (query.before !== undefined) select = select.where('run.id', '<', query.before)
  // The same order by either id; which index serves it depends on the filter.
  const rows = await select
    .orderBy(query.status !== undefined && query.plugin === undefined ? 'execution.id' : 'run.id', 'desc')
    .limit(query.limit ?? 50)
    .execute()
  const executions = await withAttempts(unit, rows)
  return executions.map((execution, index) => ({
    ...execution,
    plugin: rows[index]?.plugin ?? '',
    cause: (rows[index]?.cause ?? 'manual') as RunCause,
  }))
}

async function listArtifacts({ db }: Unit, runId: string): Promise<ArtifactRecord[]> {
  const rows = await db.selectFrom('artifact').selectAll().where('run_id', '=', runId).orderBy('name').execute()
  return rows.map((row) => ({
    runId: row.run_id,
    name: row.name,
    contentType: row.content_type,
    bytes: row.bytes,
    createdAt: row.created_at,
  }))
}
