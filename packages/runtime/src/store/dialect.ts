import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { SqliteDialect } from 'kysely'

/** Statements are prepared once each. */
export class Statements {
  readonly #sqlite: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite
  }

  get(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = wrap(this.#sqlite.prepare(sql))
    if (this.#prepared.size >= MAX_STATEMENTS) this.#prepared.clear()
    this.#prepared.set(sql, statement)
    return statement
  }
}

/** Enough for every statement of this program; a bound, because `select` takes any SQL. */
const MAX_STATEMENTS = 500

type Prepared = ReturnType<typeof wrap>

function wrap(statement: StatementSync) {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
  }
}

/** Lets Kysely speak through `node:sqlite`. */
export function nodeSqliteDialect(db: DatabaseSync, statements = new Statements(db)): SqliteDialect {
  return new SqliteDialect({ database: { close: () => db.close(), prepare: (sql: string) => statements.get(sql) } })
}

/** What the write-ahead log keeps of its size once all of it is in the database, in bytes. */
const MAX_IDLE_LOG = 64 * 1024 * 1024

/** Opens the file with the settings that every connection shares. */
export function openDatabase(file: string, options: { readOnly: boolean }): DatabaseSync {
  if (!options.readOnly) makePrivate(file)
  const db = new DatabaseSync(file, { readOnly: options.readOnly, timeout: 5000, enableForeignKeyConstraints: true })
  if (!options.readOnly) {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    db.exec(`PRAGMA journal_size_limit = ${MAX_IDLE_LOG}`)
  }
  return db
}

/**
 * SQLite gives the database the mode of the umask, and its log the mode of the database. A file that is there is never
 * opened here: closing it would take away every lock that this process holds on it (POSIX), SQLite's own.
 */
function makePrivate(file: string): void {
  try {
    if (existsSync(file)) chmodSync(file, 0o600)
    else closeSync(openSync(file, 'wx', 0o600))
  } catch {
    // What is wrong with the file, SQLite says.
  }
}
