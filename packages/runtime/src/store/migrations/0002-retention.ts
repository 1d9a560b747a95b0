import type { Kysely } from 'kysely'

/** What is old is found without looking at what is not, and what was deleted is counted where it was deleted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('execution_age').on('execution').columns(['created_at', 'id']).execute()
  await db.schema.createIndex('artifact_age').on('artifact').columns(['created_at', 'run_id', 'name']).execute()
  await db.schema.createIndex('plugin_value_age').on('plugin_value').columns(['updated_at']).execute()

  await db.schema
    .createTable('deletion')
    .addColumn('kind', 'text', (c) => c.primaryKey())
    .addColumn('items', 'bigint', (c) => c.notNull())
    .addColumn('bytes', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
}
