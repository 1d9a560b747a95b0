import type { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { Statements } from './dialect.ts'
import type { RefbotEvent } from './event-types.ts'
import { describe, diskFull, isDiskFault } from './faults.ts'
import type { Operation, Unit } from './operation.ts'
import { operations } from './operations/index.ts'
import type { StoreReply, StoreRequest } from './protocol.ts'
import type { Database } from './schema.ts'
import { type StatementResult, statement } from './statement.ts'

/** `durable` syncs to disk at the commit, `relaxed` leaves that to the next checkpoint, `read` writes nothing. */
export type CommitMode = 'durable' | 'relaxed' | 'read'

/** `ample`: all goes on; `little`: no run starts; `none`: nothing is added, only ended and deleted. */
export type Room = 'ample' | 'little' | 'none'

const OPENING: Readonly<Record<CommitMode, string>> = {
  durable: 'PRAGMA synchronous = FULL; BEGIN IMMEDIATE',
  relaxed: 'PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE',
  read: 'BEGIN',
}

export interface Commit {
  readonly events: readonly RefbotEvent[]
  readonly replies: readonly StoreReply[]
  /** Set when nothing was kept, of any request. */
  readonly failure?: unknown
}

export interface Connection {
  readonly sqlite: DatabaseSync
  readonly db: Kysely<Database>
  readonly statements: Statements
}

/**
 * Runs queued requests in one transaction, so that all share a single sync to disk. One that fails takes back its own
 * changes and events only; a failing disk takes back all of them.
 *
 * Only when one fails is each given a savepoint of its own, and all are run again: SQLite copies every page that changes
 * inside a savepoint, which every claim would pay for.
 */
export async function commit(
  connection: Connection,
  requests: readonly StoreRequest[],
  mode: CommitMode,
  room: Room,
): Promise<Commit> {
  const { sqlite } = connection
  const together = await transact(sqlite, requests, mode, (request) => perform(connection, request, room))
  if (together.failure === undefined || isDiskFault(together.failure)) return together
  return transact(sqlite, requests, mode, async (request) => {
    sqlite.exec('SAVEPOINT operation')
    const done = await perform(connection, request, room).catch((error: unknown) => {
      if (isDiskFault(error)) throw error
      sqlite.exec('ROLLBACK TO operation')
      return failed(request, error)
    })
    sqlite.exec('RELEASE operation')
    return done
  })
}

async function transact(
  sqlite: DatabaseSync,
  requests: readonly StoreRequest[],
  mode: CommitMode,
  perform: (request: StoreRequest) => Promise<Done>,
): Promise<Commit> {
  const done: Done[] = []
  try {
    sqlite.exec(OPENING[mode])
    for (const request of requests) done.push(await perform(request))
    sqlite.exec('COMMIT')
    return { events: done.flatMap(({ events }) => events), replies: done.map(({ reply }) => reply) }
  } catch (failure) {
    rollback(sqlite)
    return { events: [], replies: requests.map((request) => failed(request, failure).reply), failure }
  }
}

interface Done {
  readonly reply: StoreReply
  readonly events: readonly RefbotEvent[]
}

async function perform(connection: Connection, { id, operation, args, now }: StoreRequest, room: Room): Promise<Done> {
  const { adds, run } = operations[operation] as Operation<unknown>
  if (room === 'none' && adds === true) throw diskFull()
  const events: RefbotEvent[] = []
  const value = await run(unit(connection, now, room === 'ample', events), args)
  return { events, reply: { id, ok: true, value } }
}

function failed({ id }: StoreRequest, error: unknown): Done {
  return { events: [], reply: { id, ok: false, error: describe(error) } }
}

function rollback(sqlite: DatabaseSync): void {
  try {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
  } catch {
    // SQLite has rolled back by itself, as it does after a failed write.
  }
}

const insertEvent = statement<{ type: string; data: string; created_at: number }, { id: number }>((db, row) =>
  db.insertInto('event').values({ type: row.type, data: row.data, created_at: row.created_at }).returning('id'),
)

function unit({ db, statements }: Connection, now: number, runsMayStart: boolean, emitted: RefbotEvent[]): Unit {
  const made: Unit = {
    db,
    now,
    runsMayStart,
    async execute<Row>(
      { sql }: { readonly sql: string },
      parameters: readonly unknown[],
    ): Promise<StatementResult<Row>> {
      const prepared = statements.get(sql)
      if (prepared.reader) return { rows: prepared.all(parameters) as Row[], changes: 0 }
      return { rows: [], changes: Number(prepared.run(parameters).changes) }
    },
    async emit(type, data) {
      const { rows } = await insertEvent(made, { type, data: JSON.stringify(data), created_at: now })
      const [row] = rows
      if (row === undefined) throw new Error('An event got no id.')
      const { id } = row
      emitted.push({ id, type, at: now, data } as RefbotEvent)
    },
  }
  return made
}
