import type { RefbotEvent } from '../event-types.ts'
import { durable } from '../operation.ts'

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
}
