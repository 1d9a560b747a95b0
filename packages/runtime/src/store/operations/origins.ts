import { durable } from '../operation.ts'

/** Why an origin is left alone: it answered 429, it answered 403, or a plugin saw on the page that it said no. */
export type PauseCause = 'rate_limited' | 'challenged' | 'reported'

/** An origin that no run may reach for now, because it turned one away. */
export interface OriginPause {
  readonly origin: string
  readonly cause: PauseCause
  /** The run that it turned away. */
  readonly runId: string
  /** Epoch milliseconds. */
  readonly since: number
  /** Epoch milliseconds. */
  readonly until: number
}

/** What an origin has taken on one UTC day. */
export interface OriginCount {
  readonly origin: string
  /** Days since the epoch. */
  readonly day: number
  readonly count: number
}

export interface OriginStore {
  pauses(): Promise<readonly OriginPause[]>
  pause(pause: OriginPause): Promise<void>
  lift(origin: string): Promise<boolean>
  /** Of one UTC day, in days since the epoch. */
  counts(day: number): Promise<readonly OriginCount[]>
  count(counts: readonly OriginCount[]): Promise<void>
}

export const originOperations = {
  /** Those whose time has not come yet. */
  'origin.pauses': durable(async ({ db, now }, _: undefined): Promise<OriginPause[]> => {
    const rows = await db.selectFrom('origin_pause').selectAll().where('until_ms', '>', now).orderBy('origin').execute()
    return rows.map((row) => ({
      origin: row.origin,
      cause: row.cause as PauseCause,
      runId: row.run_id,
      since: row.created_at,
      until: row.until_ms,
    }))
  }),

  /** Replaces an earlier pause of the origin; those that are over are deleted on the way. */
  'origin.pause': durable(async ({ db, now, emit }, pause: OriginPause): Promise<void> => {
    const { origin, cause, runId, since, until } = pause
    await db
      .deleteFrom('origin_pause')
      .where(({ eb, or }) => or([eb('origin', '=', origin), eb('until_ms', '<=', now)]))
      .execute()
    const row = { origin, cause, run_id: runId, until_ms: until, created_at: since }
    await db.insertInto('origin_pause').values(row).execute()
    await emit('origin.paused', { origin, cause, runId, until })
  }),

  /** Says whether there was one to lift. */
  'origin.lift': durable(async ({ db, now, emit }, origin: string): Promise<boolean> => {
    const lifted = await db
      .deleteFrom('origin_pause')
      .where('origin', '=', origin)
      .returning(['until_ms'])
      .executeTakeFirst()
    if (lifted === undefined || lifted.until_ms <= now) return false
    await emit('origin.lifted', { origin })
    return true
  }),

  'origin.counts': durable(async ({ db }, day: number): Promise<OriginCount[]> => {
    const rows = await db.selectFrom('origin_count').selectAll().where('day', '=', day).execute()
    return rows.map((row) => ({ origin: row.origin, day: row.day, count: row.submits }))
  }),

  /** Replaces the number of each origin and day; days that are over are deleted on the way. */
  'origin.count': durable(async ({ db, now }, counts: readonly OriginCount[]): Promise<void> => {
    for (const { origin, day, count } of counts) {
      await db.deleteFrom('origin_count').where('day', '<', day).execute()
      await db
        .insertInto('origin_count')
        .values({ origin, day, submits: count, created_at: now })
        .onConflict((conflict) => conflict.columns(['origin', 'day']).doUpdateSet({ submits: count }))
        .execute()
    }
  }),
}
