import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { DemoError } from '../errors.ts'

/** A stored sign-up, without its password hash. */
export interface Account {
  readonly id: string
  /** Lower case. */
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** The `X-RefBot-Run` header of the request that made it. */
  readonly runId: string | null
  readonly userAgent: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

const schema = `
  create table if not exists account (
    id text primary key,
    email text not null unique,
    first_name text not null,
    last_name text not null,
    country text not null,
    run_id text,
    user_agent text not null,
    password_hash text not null,
    created_at integer not null
  ) strict
`

const selectAll = `
  select id, email, first_name as firstName, last_name as lastName, country, run_id as runId,
         user_agent as userAgent, created_at as createdAt
  from account order by created_at, rowid
`

/** The site's own database. Its readers (see `readAccounts`) do not wait for it, nor it for them. */
export class AccountStore implements Disposable {
  readonly #database: DatabaseSync

  /** @throws DemoError `DEMO_FILE` when the file is no database or cannot be opened. */
  constructor(file: string) {
    try {
      closeSync(openSync(file, 'a', 0o600))
      this.#database = new DatabaseSync(file, { timeout: 5000 })
      this.#database.exec(`pragma journal_mode = wal; ${schema}`)
    } catch (cause) {
      throw unreadable(file, cause)
    }
  }

  /** False when the e-mail address is taken; nothing is stored then. */
  insert(account: Account, passwordHash: string): boolean {
    const { changes } = this.#database
      .prepare(
        `insert into account (id, email, first_name, last_name, country, run_id, user_agent, password_hash, created_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (email) do nothing`,
      )
      .run(
        account.id,
        account.email,
        account.firstName,
        account.lastName,
        account.country,
        account.runId,
        account.userAgent,
        passwordHash,
        account.createdAt,
      )
    return changes === 1
  }

  hasEmail(email: string): boolean {
    return this.#database.prepare('select 1 from account where email = ?').get(email) !== undefined
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

/**
 * The accounts in a site's database, oldest first, whether the site runs or has ended.
 * @throws DemoError `DEMO_FILE`
 */
export function readAccounts(file: string): Account[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    try {
      return database
        .prepare(selectAll)
        .all()
        .map((row) => ({ ...row })) as unknown as Account[]
    } finally {
      database.close()
    }
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): DemoError {
  return new DemoError('DEMO_FILE', `The account database ${file} cannot be opened: ${message(cause)}.`, {
    hint: 'Name a file in a folder that exists and that you may write to.',
    cause,
  })
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
