import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Kysely } from 'kysely'
import { RefbotError } from '../errors.ts'
import { type CommitMode, commit, describe } from './committer.ts'
import { nodeSqliteDialect, openDatabase } from './dialect.ts'
import { migrate } from './migrate.ts'
import { operations } from './operations/index.ts'
import type { StoreMessage, StoreRequest, StoreThreadData } from './protocol.ts'
import type { Database } from './schema.ts'

/** Requests that share a commit at most. */
const MAX_BATCH = 100

async function main(port: MessagePort, { file, readOnly }: StoreThreadData): Promise<void> {
  const post = (message: StoreMessage) => port.postMessage(message)
  let sqlite: DatabaseSync
  let db: Kysely<Database>
  try {
    sqlite = openDatabase(file, { readOnly })
    db = new Kysely<Database>({ dialect: nodeSqliteDialect(sqlite) })
    if (!readOnly) await migrate(sqlite, db)
  } catch (error) {
    const hint = error instanceof RefbotError ? error.hint : undefined
    const code = error instanceof RefbotError ? error.code : 'STORE_UNUSABLE'
    post({ type: 'failed', error: { ...describe(error), code, ...(hint === undefined ? {} : { hint }) } })
    return port.close()
  }
  const queue: StoreRequest[] = []
  let busy = false
  let closing = false

  const accept = (message: StoreRequest | 'close') => {
    if (message === 'close') closing = true
    else queue.push(message)
  }
  port.on('message', (message: StoreRequest | 'close') => {
    accept(message)
    if (!busy) void drain()
  })
  post({ type: 'ready' })

  async function drain(): Promise<void> {
    busy = true
    for (let next = take(); next.length > 0; next = take()) {
      post({ type: 'committed', ...(await commit(sqlite, db, next, modeOf(next[0]))) })
    }
    busy = false
    if (closing) {
      sqlite.close()
      port.close()
    }
  }

  /** The requests at the head that may share a transaction: the sync of durable ones is not paid by the others. */
  function take(): StoreRequest[] {
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
      accept(more.message as StoreRequest | 'close')
    }
    const mode = modeOf(queue[0])
    const end = queue.findIndex((request) => modeOf(request) !== mode)
    return queue.splice(0, Math.min(end === -1 ? queue.length : end, MAX_BATCH))
  }

  function modeOf(request: StoreRequest | undefined): CommitMode {
    if (readOnly) return 'read'
    return request !== undefined && operations[request.operation].durable ? 'durable' : 'relaxed'
  }
}

if (parentPort !== null) void main(parentPort, workerData as StoreThreadData)
