import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Kysely } from 'kysely'
import { RefbotError } from '../errors.ts'
import { Checkpointer } from './checkpointer.ts'
import { type Commit, type CommitMode, type Connection, commit } from './committer.ts'
import { nodeSqliteDialect, openDatabase, Statements } from './dialect.ts'
import { DiskGuard } from './disk/guard.ts'
import { Reserve } from './disk/reserve.ts'
import { describeDiskFault, diskFault } from './faults.ts'
import { setLogRoomAside } from './log-room.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import type { ConnectionTask, Opening, StoreMessage, StoreRequest } from './protocol.ts'
import { RequestQueue } from './queue.ts'
import type { Database } from './schema.ts'
import { discardedBytes } from './wal.ts'

/** While the disk cannot be trusted, how often that is tried again, ms. */
const PROBE_EVERY_MS = 500

/** Answers requests until `close`, in the order in which they came, but for those that can wait. */
export async function serve(port: MessagePort, task: ConnectionTask): Promise<void> {
  const post = (message: StoreMessage) => port.postMessage(message)
  const { connection, opening } = await open(task)
  const { sqlite } = connection
  const reserve = new Reserve(task.file, task.readOnly ? 0 : task.reserveBytes)
  const guard = new DiskGuard({
    ...task,
    reserve,
    now: () => performance.now(),
    onChange: (health) => post({ type: 'health', health }),
  })
  const queue = new RequestQueue({ readOnly: task.readOnly, now: () => performance.now() })
  const checkpointer = task.readOnly ? undefined : new Checkpointer(task.file, sqlite, () => wake())
  let busy = false
  let closing = false
  let end: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    end = resolve
  })

  const accept = (message: StoreRequest | 'close') => {
    if (message === 'close') closing = true
    else queue.push(message)
  }
  port.on('message', (message: StoreRequest | 'close') => {
    accept(message)
    wake()
  })
  post({ type: 'ready', opening })
  if (!task.readOnly) {
    reserve.fill()
    guard.look()
  }
  const probing = setInterval(() => {
    if (!busy && guard.broken) guard.probe(tryWrite)
    else if (!guard.ok) guard.look()
  }, PROBE_EVERY_MS)
  await closed
  clearInterval(probing)
  await checkpointer?.close()
  sqlite.close()

  function wake(): void {
    if (!busy) void drain()
  }

  async function drain(): Promise<void> {
    busy = true
    for (let next = take(); next.length > 0; next = take()) {
      if (!task.readOnly && !guard.broken) guard.look()
      const { events, replies } = await commitOrMakeRoom(next, queue.modeOf(next[0]))
      post({ type: 'committed', events, replies })
      if (!guard.broken) checkpointer?.afterCommit()
    }
    busy = false
    if (closing && queue.empty) end()
  }

  async function commitOrMakeRoom(requests: readonly StoreRequest[], mode: CommitMode): Promise<Commit> {
    const first = await commit(connection, requests, mode, guard.room)
    const fault = first.failure === undefined ? undefined : diskFault(first.failure, () => reserve.free())
    if (fault === undefined) return first
    const second = guard.failed(fault) ? await commit(connection, requests, mode, guard.room) : first
    if (second.failure === undefined) return second
    const error = describeDiskFault(fault)
    return { events: [], replies: requests.map(({ id }) => ({ id, ok: false, error })) }
  }

  /** Writes what was there already: it goes the whole way to the disk and changes nothing. */
  function tryWrite(): boolean {
    try {
      const { user_version } = sqlite.prepare('PRAGMA user_version').get() as { user_version: number }
      sqlite.exec(`PRAGMA synchronous = FULL; BEGIN IMMEDIATE; PRAGMA user_version = ${user_version}; COMMIT`)
      return true
    } catch {
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
      return false
    }
  }

  function take(): readonly StoreRequest[] {
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
      accept(more.message as StoreRequest | 'close')
    }
    return queue.take(checkpointer?.crowded ?? false)
  }
}

async function open(task: ConnectionTask): Promise<{ connection: Connection; opening: Opening }> {
  try {
    const discarded = task.readOnly ? 0 : discardedBytes(`${task.file}-wal`)
    const sqlite = openDatabase(task.file, task)
    try {
      const statements = new Statements(sqlite)
      const db = new Kysely<Database>({ dialect: nodeSqliteDialect(sqlite, statements) })
      const connection = { sqlite, db, statements }
      if (task.readOnly) return { connection, opening: { migrated: [], discardedBytes: 0 } }
      const changed = await migrate({ ...task, sqlite, db, migrations, now: task.openedAt })
      setLogRoomAside(task.file, sqlite)
      return { connection, opening: { ...changed, discardedBytes: discarded } }
    } catch (error) {
      sqlite.close()
      throw error
    }
  } catch (error) {
    if (error instanceof RefbotError) throw error
    const { message } = error instanceof Error ? error : { message: String(error) }
    throw new RefbotError('STORE_UNUSABLE', message)
  }
}
