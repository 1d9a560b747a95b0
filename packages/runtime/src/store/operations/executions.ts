import type { RunCause } from '@refbot/plugin-sdk'
import type {
  AttemptRecord,
  ExecutionError,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStatus,
  ExecutionUpdate,
} from '@refbot/scheduler'
import type { Insertable, Selectable } from 'kysely'
import { RefbotError } from '../../errors.ts'
import { fromJson, optional, toJson } from '../json.ts'
import { durable, type Unit } from '../operation.ts'
import type { Database } from '../schema.ts'
import { statement } from '../statement.ts'
import { countRuns } from './run-counts.ts'

/** An execution whose task is a plugin is a run: it gets a row of its own in the same transaction. */
export interface ClaimedRun {
  readonly plugin: string
  readonly cause: RunCause
}

export interface Claim {
  readonly execution: ExecutionRecord
  readonly run?: ClaimedRun
}

export const executionOperations = {
  'execution.claim': durable((unit, claim: Claim): Promise<boolean> => claimOne(unit, claim)),

  /** All or none: each is judged after those before it. */
  'execution.claimAll': durable(async (unit, claims: readonly Claim[]): Promise<readonly boolean[]> => {
    const claimed: boolean[] = []
    for (const claim of claims) claimed.push(await claimOne(unit, claim))
    return claimed
  }),

  'execution.update': durable((unit, update: ExecutionUpdate): Promise<void> => updateOne(unit, update)),

  /** All or none. */
  'execution.updateAll': durable(async (unit, updates: readonly ExecutionUpdate[]): Promise<void> => {
    for (const update of updates) await updateOne(unit, update)
  }),

  'execution.get': durable(async (unit, id: string): Promise<ExecutionRecord | undefined> => {
    const rows = await unit.db.selectFrom('execution').selectAll().where('id', '=', id).execute()
    return (await withAttempts(unit, rows))[0]
  }),

  'execution.list': durable(async (unit, query: ExecutionQuery): Promise<ExecutionRecord[]> => {
    let select = unit.db.selectFrom('execution').selectAll()
    if (query.jobId !== undefined) select = select.where('job_id', '=', query.jobId)
    if (query.status !== undefined) select = select.where('status', '=', query.status)
    if (query.since !== undefined) select = select.where('claimed_at', '>=', query.since)
    if (query.before !== undefined) select = select.where('id', '<', query.before)
    return withAttempts(
      unit,
      await select
        .orderBy('id', 'desc')
        .limit(query.limit ?? 100)
        .execute(),
    )
  }),

  'execution.unfinished': durable(async (unit, _: undefined): Promise<ExecutionRecord[]> => {
    const select = unit.db.selectFrom('execution').selectAll().where('status', 'in', ['running', 'retrying'])
    return withAttempts(unit, await select.orderBy('id').execute())
  }),
}

async function claimOne(unit: Unit, { execution, run }: Claim): Promise<boolean> {
  const { now, emit } = unit
  if (run !== undefined && !unit.runsMayStart && execution.status === 'running') throw diskNearlyFull()
  const claimed = await insertExecution(unit, {
    id: execution.id,
    job_id: execution.jobId,
    task: execution.task,
    input: toJson(execution.input),
    scheduled_at: execution.scheduledAt,
    claimed_at: execution.claimedAt,
    ended_at: execution.endedAt ?? null,
    retry_at: execution.retryAt ?? null,
    status: execution.status,
    reason: execution.reason ?? null,
    error: toJson(execution.error),
    result: toJson(execution.result),
    created_at: now,
  })
  if (claimed.changes === 0) return false
  await saveAttempts(unit, execution.id, execution.attempts)
  await moveJob(unit, { id: execution.jobId, at: execution.scheduledAt })
  const data = {
    executionId: execution.id,
    jobId: execution.jobId,
    task: execution.task,
    status: execution.status,
    reason: execution.reason,
  }
  if (run === undefined) {
    await emit('execution.claimed', data)
  } else {
    await insertRun(unit, { id: execution.id, plugin: run.plugin, cause: run.cause, created_at: now })
    await countRuns(unit, run.plugin, execution.status, 1)
    await emit('run.claimed', { ...data, ...run })
  }
  return true
}

async function updateOne(unit: Unit, { id, patch }: ExecutionUpdate): Promise<void> {
  const { emit } = unit
  const [run] = (await selectRun(unit, { id })).rows
  const { rows } = await updateExecution(unit, {
    id,
    status: patch.status,
    reason: patch.reason ?? null,
    ended_at: patch.endedAt ?? null,
    retry_at: patch.retryAt ?? null,
    error: toJson(patch.error),
    result: toJson(patch.result),
  })
  const [row] = rows
  if (row === undefined) throw new Error(`There is no execution ${id}.`)
  await saveAttempts(unit, id, patch.attempts)
  const data = { executionId: id, jobId: row.job_id, task: row.task, status: patch.status, reason: patch.reason }
  if (run === undefined) {
    await emit('execution.changed', data)
    return
  }
  if (run.status !== patch.status) {
    await countRuns(unit, run.plugin, run.status, -1)
    await countRuns(unit, run.plugin, patch.status, 1)
  }
  await emit('run.changed', { ...data, plugin: run.plugin, cause: run.cause as RunCause })
}

/** Other tasks go on, retention above all: it is what makes room. */
function diskNearlyFull(): RefbotError {
  return new RefbotError('STORE_DISK_FULL', 'The disk of the data directory is nearly full: no run starts.', {
    hint: 'Make room, or shorten the retention; runs start again by themselves.',
  })
}

async function saveAttempts(unit: Unit, id: string, attempts: readonly AttemptRecord[]): Promise<void> {
  for (const attempt of attempts) {
    await upsertAttempt(unit, {
      execution_id: id,
      number: attempt.number,
      started_at: attempt.startedAt,
      ended_at: attempt.endedAt ?? null,
      error: toJson(attempt.error),
      created_at: unit.now,
    })
  }
}

const insertExecution = statement<Insertable<Database['execution']>>((db, row) =>
  db
    .insertInto('execution')
    .values({
      id: row.id,
      job_id: row.job_id,
      task: row.task,
      input: row.input ?? null,
      scheduled_at: row.scheduled_at,
      claimed_at: row.claimed_at,
      ended_at: row.ended_at ?? null,
      retry_at: row.retry_at ?? null,
      status: row.status,
      reason: row.reason ?? null,
      error: row.error ?? null,
      result: row.result ?? null,
      created_at: row.created_at,
    })
    .onConflict((conflict) => conflict.columns(['job_id', 'scheduled_at']).doNothing()),
)

const moveJob = statement<{ id: string; at: number }>((db, { id, at }) =>
  db
    .updateTable('job')
    .set({ last_scheduled_at: at })
    .where('id', '=', id)
    .where((where) => where.or([where('last_scheduled_at', 'is', null), where('last_scheduled_at', '<', at)])),
)

const insertRun = statement<Insertable<Database['run']>>((db, { id, plugin, cause, created_at }) =>
  db.insertInto('run').values({ id, plugin, cause, created_at }),
)

const updateExecution = statement<
  Pick<Selectable<Database['execution']>, 'id' | 'status' | 'reason' | 'ended_at' | 'retry_at' | 'error' | 'result'>,
  { job_id: string; task: string }
>((db, { id, status, reason, ended_at, retry_at, error, result }) =>
  db
    .updateTable('execution')
    .set({ status, reason, ended_at, retry_at, error, result })
    .where('id', '=', id)
    .returning(['job_id', 'task']),
)

const selectRun = statement<{ id: string }, { plugin: string; cause: string; status: string }>((db, { id }) =>
  db
    .selectFrom('run')
    .innerJoin('execution', 'execution.id', 'run.id')
    .select(['run.plugin', 'run.cause', 'execution.status'])
    .where('run.id', '=', id),
)

const upsertAttempt = statement<Selectable<Database['attempt']>>(
  (db, { execution_id, number, started_at, ended_at, error, created_at }) =>
    db
      .insertInto('attempt')
      .values({ execution_id, number, started_at, ended_at, error, created_at })
      .onConflict((conflict) => conflict.columns(['execution_id', 'number']).doUpdateSet({ ended_at, error })),
)

export async function withAttempts(
  { db }: Pick<Unit, 'db'>,
  rows: readonly Selectable<Database['execution']>[],
): Promise<ExecutionRecord[]> {
  if (rows.length === 0) return []
  const attempts = await db
    .selectFrom('attempt')
    .selectAll()
    .where(
      'execution_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    jobId: row.job_id,
    task: row.task,
    ...optional('input', fromJson<unknown>(row.input)),
    scheduledAt: row.scheduled_at,
    claimedAt: row.claimed_at,
    ...optional('endedAt', row.ended_at),
    ...optional('retryAt', row.retry_at),
    status: row.status as ExecutionStatus,
    ...optional('reason', row.reason),
    attempts: attempts
      .filter((attempt) => attempt.execution_id === row.id)
      .map((attempt) => ({
        number: attempt.number,
        startedAt: attempt.started_at,
        ...optional('endedAt', attempt.ended_at),
        ...optional('error', fromJson<ExecutionError>(attempt.error)),
      })),
    ...optional('error', fromJson<ExecutionError>(row.error)),
    ...optional('result', fromJson<unknown>(row.result)),
  }))
}
