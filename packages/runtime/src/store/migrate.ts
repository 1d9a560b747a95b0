import type { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { RefbotError } from '../errors.ts'
import { migrations } from './migrations/index.ts'
import type { Database } from './schema.ts'

/** Brings the schema up to date in one transaction. */
export async function migrate(sqlite: DatabaseSync, db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  })
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    sqlite.exec('COMMIT')
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    const message = error instanceof Error ? error.message : String(error)
    if (message.includes('corrupted migrations')) {
      throw new RefbotError('STORE_NEWER', 'This database was written by a newer version of RefBot.', {
        hint: 'Start it with that version, or restore a backup made before the upgrade.',
        cause: error,
      })
    }
    throw error
  }
}
