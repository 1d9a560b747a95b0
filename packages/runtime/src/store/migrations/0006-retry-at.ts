import type { Kysely } from 'kysely'

/** An execution that waits for its next attempt says until when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('execution').addColumn('retry_at', 'bigint').execute()
}
