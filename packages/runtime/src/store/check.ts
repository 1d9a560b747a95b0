import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RefbotError } from '../errors.ts'
import { runInThread } from './threads.ts'

export interface CheckTask {
  readonly kind: 'check'
  readonly dataDir: string
}

export interface StoreCheck {
  /** False where the database is damaged, or a row refers to one that is not there. Orphans do no harm. */
  readonly ok: boolean
  /** What SQLite found wrong, at most 100 findings. */
  readonly integrity: readonly string[]
  /** Rows that refer to rows that are not there, by table. */
  readonly brokenReferences: Readonly<Record<string, number>>
  /** Recorded artifacts whose file is gone, as `run/name`. */
  readonly artifactsWithoutFile: readonly string[]
  /** Files and folders under `artifacts/` and `logs/` that no record knows. */
  readonly filesWithoutRecord: readonly string[]
  readonly rows: Readonly<Record<string, number>>
  readonly bytes: {
    readonly database: number
    /** Changes that are not in the database file yet. */
    readonly log: number
    /** Of the database file: room that deleted rows left behind. */
    readonly free: number
    readonly artifacts: number
    readonly logs: number
    /** Tables and indexes, largest first. */
    readonly tables: Readonly<Record<string, number>>
  }
}

/**
 * Looks at everything that is stored, beside whatever runs on the directory, and changes nothing.
 * @throws RefbotError `STORE_UNUSABLE`
 */
export function checkStore(dataDir: string): Promise<StoreCheck> {
  return runInThread<StoreCheck>(
    { kind: 'check', dataDir: resolve(dataDir) },
    ({ code, message, hint }) => new RefbotError(code, message, hint === undefined ? {} : { hint }),
  )
}

/** Runs in a thread of its own. */
export function checkDatabase({ dataDir }: CheckTask): StoreCheck {
  const file = join(dataDir, 'refbot.db')
  if (!existsSync(file)) {
    throw new RefbotError('STORE_UNUSABLE', `There is no database ${file}.`, {
      hint: 'Name the data directory that `refbot start` works on.',
    })
  }
  using db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const integrity = db
      .prepare('PRAGMA integrity_check(100)')
      .all()
      .map((row) => String(row.integrity_check))
      .filter((finding) => finding !== 'ok')
    const brokenReferences = countBy(db.prepare('PRAGMA foreign_key_check').all(), (row) => String(row.table))
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all()
      .map(({ name }) => String(name))
    const rows = Object.fromEntries(tables.map((name) => [name, one(db, `SELECT count(*) AS n FROM "${name}"`)]))
    return {
      ok: integrity.length === 0 && Object.keys(brokenReferences).length === 0,
      integrity,
      brokenReferences,
      ...orphans(db, dataDir),
      rows,
      bytes: {
        database: size(file),
        log: size(`${file}-wal`),
        free: one(db, 'SELECT freelist_count * page_size AS n FROM pragma_freelist_count, pragma_page_size'),
        artifacts: files(join(dataDir, 'artifacts')).reduce((sum, { bytes }) => sum + bytes, 0),
        logs: files(join(dataDir, 'logs')).reduce((sum, { bytes }) => sum + bytes, 0),
        tables: tableSizes(db),
      },
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('STORE_UNUSABLE', `${file} cannot be read: ${text}`, {
      hint: 'Restore the last backup into an empty directory.',
      cause: error,
    })
  }
}

/** The service's own, and the number of its last line: no run's. */
const SERVICE_LOG = /^(service(\.\d+)?\.ndjson|last-id)$/

/** Files first, records after: what is stored meanwhile is in the later list, and no orphan. */
function orphans(db: DatabaseSync, dataDir: string): Pick<StoreCheck, 'artifactsWithoutFile' | 'filesWithoutRecord'> {
  const stored = files(join(dataDir, 'artifacts')).map(({ path }) => path)
  const logs = files(join(dataDir, 'logs'))
    .map(({ path }) => path)
    .filter((path) => !SERVICE_LOG.test(path))
  const recorded = db
    .prepare('SELECT run_id, name FROM artifact')
    .all()
    .map(({ run_id, name }) => `${run_id}/${name}`)
  const known = new Set(recorded)
  const running = new Set(ids(db, "SELECT id FROM execution WHERE status IN ('running', 'retrying')"))
  const executions = new Set(ids(db, 'SELECT id FROM execution'))
  return {
    artifactsWithoutFile: recorded.filter((path) => !existsSync(join(dataDir, 'artifacts', path))),
    filesWithoutRecord: [
      // What a run is still writing gets its record when it is done.
      ...stored
        .filter((path) => !known.has(path) && !running.has(path.split('/')[0] ?? ''))
        .map((path) => `artifacts/${path}`),
      ...logs
        .filter((path) => !executions.has(path.replace(/(\.requests)?\.ndjson$/, '')))
        .map((path) => `logs/${path}`),
    ],
  }
}

function files(folder: string): readonly { readonly path: string; readonly bytes: number }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { path: file.slice(folder.length + 1).replaceAll('\\', '/'), bytes: size(file) }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function tableSizes(db: DatabaseSync): Record<string, number> {
  const sizes = db.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC').all()
  return Object.fromEntries(sizes.map(({ name, bytes }) => [String(name), Number(bytes)]))
}

function ids(db: DatabaseSync, query: string): string[] {
  return db
    .prepare(query)
    .all()
    .map(({ id }) => String(id))
}

function one(db: DatabaseSync, query: string): number {
  return Number(db.prepare(query).get()?.n ?? 0)
}

function size(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function countBy<Row>(rows: readonly Row[], key: (row: Row) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const row of rows) counts[key(row)] = (counts[key(row)] ?? 0) + 1
  return counts
}
