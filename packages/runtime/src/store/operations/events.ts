import { sql } from 'kysely'
import type { EventData, EventType, RefbotEvent } from '../event-types.ts'
import { durable, relaxed } from '../operation.ts'

export const eventOperations = {
  'event.since': durable(async ({ db }, args: { id: number; limit: number }): Promise<RefbotEvent[]> => {
    const rows = await db
      .selectFrom('event')
      .selectAll()
      .where('id', '>', args.id)
      .orderBy('id')
      .limit(args.limit)
      .execute()
    return rows.map(
      (row) => ({ id: row.id, type: row.type, at: row.created_at, data: JSON.parse(row.data) }) as RefbotEvent,
    )
  }),

  'event.range': durable(async ({ db }, _: undefined): Promise<{ first: number; last: number }> => {
    const row = await db
      .selectFrom('event')
      .select((eb) => [eb.fn.min('id').as('first'), eb.fn.max('id').as('last')])
      .executeTakeFirstOrThrow()
    // Ids are never given twice: where retention has deleted the newest, its id is still the last.
    const { rows } = await sql<{ seq: number }>`SELECT seq FROM sqlite_sequence WHERE name = 'event'`.execute(db)
    const last = Math.max(row.last ?? 0, rows[0]?.seq ?? 0)
    return { first: row.first ?? (last === 0 ? 0 : last + 1), last }
  }),

  /** For changes that the store itself observes. */
  'event.tell': relaxed(async ({ emit }, { type, data }: { type: EventType; data: EventData[EventType] }) => {
    await emit(type, data)
  }),
}
