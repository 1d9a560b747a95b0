import type { Kysely } from 'kysely'

/** Which origins are left alone, and how many submits each has taken on a day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('origin_pause')
    .addColumn('origin', 'text', (c) => c.primaryKey())
    .addColumn('cause', 'text', (c) => c.notNull())
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('until_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('origin_count')
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('submits', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('origin_count_key', ['origin', 'day'])
    .execute()
}
