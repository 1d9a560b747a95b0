import type { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { RefbotEvent } from './event-types.ts'
import { describe, diskFull, isDiskFault } from './faults.ts'
import type { Operation, Unit } from './operation.ts'
import { operations } from './operations/index.ts'
import type { StoreReply, StoreRequest } from './protocol.ts'
import type { Database } from './schema.ts'
import { statement } from './statement.ts'

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
}

/**
 * Runs queued requests in one transaction, each inside a savepoint of its own: one that fails takes back its own
 * changes and events only, and all others share a single sync to disk. A failing disk takes back all of them.
 */
export async function commit(
  { sqlite, db }: Connection,
  requests: readonly StoreRequest[],
  mode: CommitMode,
  room: Room,
): Promise<Commit> {
  const events: RefbotEvent[] = []
  const replies: StoreReply[] = []
  try {
    sqlite.exec(OPENING[mode])
    for (const request of requests) {
      const emitted: RefbotEvent[] = []
      sqlite.exec('SAVEPOINT operation')
      try {
        const operation = operations[request.operation] as Operation<unknown>
        if (room === 'none' && operation.adds === true) throw diskFull()
        const value = await operation.run(unit(db, request.now, room === 'ample', emitted), request.args)
        sqlite.exec('RELEASE operation')
        events.push(...emitted)
        replies.push({ id: request.id, ok: true, value })
      } catch (error) {
        if (isDiskFault(error)) throw error
        sqlite.exec('ROLLBACK TO operation')
        sqlite.exec('RELEASE operation')
        replies.push({ id: request.id, ok: false, error: describe(error) })
      }
    }
    sqlite.exec('COMMIT')
    return { events, replies }
  } catch (error) {
    rollback(sqlite)
    return {
      events: [],
      replies: requests.map(({ id }) => ({ id, ok: false, error: describe(error) })),
      failure: error,
    }
  }
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

function unit(db: Kysely<Database>, now: number, runsMayStart: boolean, emitted: RefbotEvent[]): Unit {
  return {
    db,
    now,
    runsMayStart,
    async emit(type, data) {
      const { rows } = await insertEvent(db, { type, data: JSON.stringify(data), created_at: now })
      const [row] = rows
      if (row === undefined) throw new Error('An event got no id.')
      const { id } = row
      emitted.push({ id, type, at: now, data } as RefbotEvent)
    },
  }
}
