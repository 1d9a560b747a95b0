import { type Kysely, sql } from 'kysely'

/** Runs are counted where they change, and metrics are paged through by series without being sorted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('run_count')
    .addColumn('plugin', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('runs', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_count_key', ['plugin', 'status'])
    .execute()
  await sql`
    INSERT INTO run_count (plugin, status, runs, created_at)
    SELECT run.plugin, execution.status, count(*), min(run.created_at)
    FROM run JOIN execution ON execution.id = run.id
    GROUP BY run.plugin, execution.status
  `.execute(db)

  await db.schema.dropIndex('metric_block_series').execute()
  await db.schema
    .createIndex('metric_block_page')
    .on('metric_block')
    .columns(['tier', 'name', 'labels', 'from_ms', 'id', 'to_ms'])
    .execute()
}
