import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { RefbotError } from '../errors.ts'
import type { Database } from './schema.ts'

/** One step of the schema. It must not be changed once it was released. */
export interface Migration {
  // A migration is written against the tables of its time, not today's.
  up(db: Kysely<unknown>): Promise<void>
}

export interface MigrateOptions {
  readonly file: string
  readonly sqlite: DatabaseSync
  readonly db: Kysely<Database>
  /** By name; they run in the order of their names. */
  readonly migrations: Readonly<Record<string, Migration>>
  /** Version of this program, written beside each migration that it runs. */
  readonly program: string
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Migrated {
  readonly migrated: readonly string[]
  /** Where the database as it was before is kept; only when there was one. */
  readonly backup?: string
}

interface Done {
  readonly name: string
  readonly program: string | null
}

/**
 * Brings the schema up to date in one transaction; all or nothing. What was stored before is copied first, into
 * `backups/` beside the database.
 * @throws RefbotError `STORE_NEWER` when a newer program wrote the database, `STORE_UPGRADE_FAILED`
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const { sqlite, migrations } = options
  const done = refuseNewer(sqlite, migrations)
  const pending = Object.keys(migrations)
    .filter((name) => !done.some((row) => row.name === name))
    .sort()
  const [first] = pending
  if (first === undefined) return { migrated: [] }
  const backup = done.length === 0 ? undefined : copyBefore(first, options)
  await run(pending, backup, options)
  return { migrated: pending, ...(backup === undefined ? {} : { backup }) }
}

function readDone(sqlite: DatabaseSync): readonly Done[] {
  const columns = sqlite.prepare("SELECT name FROM pragma_table_info('migration')").all()
  if (columns.length === 0) return []
  const program = columns.some(({ name }) => name === 'program') ? 'program' : 'NULL'
  return sqlite.prepare(`SELECT name, ${program} AS program FROM migration ORDER BY name`).all() as unknown as Done[]
}

/**
 * What was migrated before.
 * @throws RefbotError `STORE_NEWER`
 */
export function refuseNewer(sqlite: DatabaseSync, migrations: MigrateOptions['migrations']): readonly Done[] {
  const done = readDone(sqlite)
  const unknown = done.filter(({ name }) => !Object.hasOwn(migrations, name))
  const newest = unknown.at(-1)
  if (newest === undefined) return done
  const version = newest.program === null ? 'a newer version of RefBot' : `RefBot ${newest.program}`
  throw new RefbotError('STORE_NEWER', `This database was written by ${version}.`, {
    hint:
      newest.program === null
        ? 'Start it with that version, or restore a backup made before the upgrade.'
        : `Start it with RefBot ${newest.program} or newer, or restore a backup made before the upgrade.`,
  })
}

/** Complete or not there: the copy gets its name once it is on the disk. */
function copyBefore(migration: string, { file, sqlite }: MigrateOptions): string {
  const folder = join(dirname(file), 'backups')
  const copy = join(folder, `before-${migration}.db`)
  const part = `${copy}.part`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    rmSync(part, { force: true })
    sqlite.prepare('VACUUM INTO ?').run(part)
    chmodSync(part, 0o600)
    const fd = openSync(part, 'r+')
    fsyncSync(fd)
    closeSync(fd)
    renameSync(part, copy)
  } catch (error) {
    if (existsSync(part)) rmSync(part)
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('STORE_UPGRADE_FAILED', `The copy before the upgrade could not be written: ${text}`, {
      hint: `Make room for a second ${file}; nothing was changed.`,
      cause: error,
    })
  }
  return copy
}

async function run(pending: readonly string[], backup: string | undefined, options: MigrateOptions): Promise<void> {
  const { sqlite, db, migrations, program, now } = options
  // A table is rebuilt by dropping the old one: with foreign keys on, that would delete what refers to it.
  sqlite.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
  try {
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS migration (name TEXT NOT NULL PRIMARY KEY, timestamp TEXT NOT NULL, program TEXT)',
    )
    const columns = sqlite.prepare("SELECT name FROM pragma_table_info('migration')").all()
    if (!columns.some(({ name }) => name === 'program')) sqlite.exec('ALTER TABLE migration ADD COLUMN program TEXT')
    const note = sqlite.prepare('INSERT INTO migration (name, timestamp, program) VALUES (?, ?, ?)')
    for (const name of pending) {
      await migrations[name]?.up(db as unknown as Kysely<unknown>)
      note.run(name, new Date(now).toISOString(), program)
    }
    const broken = sqlite.prepare('PRAGMA foreign_key_check').all()
    if (broken.length > 0) throw new Error(`${broken.length} rows would refer to rows that are not there`)
    if (backup !== undefined) {
      const data = JSON.stringify({ migrations: pending, program })
      sqlite.prepare('INSERT INTO event (type, data, created_at) VALUES (?, ?, ?)').run('store.upgraded', data, now)
    }
    sqlite.exec('COMMIT')
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    const text = error instanceof Error ? error.message : String(error)
    const kept = backup === undefined ? '' : ` A copy of it is in ${backup}.`
    throw new RefbotError('STORE_UPGRADE_FAILED', `The database could not be upgraded: ${text}`, {
      hint: `Nothing was changed: the version that wrote it still reads it.${kept}`,
      cause: error,
    })
  } finally {
    sqlite.exec('PRAGMA foreign_keys = ON')
  }
}
