import type { JobRecord } from '@refbot/scheduler'
import { optional } from '../json.ts'
import { adding, durable } from '../operation.ts'

export const jobOperations = {
  'job.save': adding(
    durable(async ({ db, emit }, job: JobRecord) => {
      const row = {
        config: JSON.stringify(job.config),
        origin: job.config.origin ?? 'config',
        last_scheduled_at: job.lastScheduledAt ?? null,
      }
      await db
        .insertInto('job')
        .values({ id: job.config.id, ...row, created_at: job.createdAt })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
      await emit('job.saved', { jobId: job.config.id, task: job.config.task })
    }),
  ),

  'job.delete': durable(async ({ db, emit }, id: string) => {
    const { numDeletedRows } = await db.deleteFrom('job').where('id', '=', id).executeTakeFirst()
    if (numDeletedRows > 0n) await emit('job.deleted', { jobId: id })
  }),

  'job.list': durable(async ({ db }, _: undefined): Promise<JobRecord[]> => {
    const rows = await db.selectFrom('job').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map((row) => ({
      config: JSON.parse(row.config) as JobRecord['config'],
      createdAt: row.created_at,
      ...optional('lastScheduledAt', row.last_scheduled_at),
    }))
  }),
}
