import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { MessagePort } from 'node:worker_threads'
import { openDatabase } from './dialect.ts'
import { ThreadSession } from './threads.ts'

/** Pages that the log holds beyond the database before they are copied over: 4 MB. */
const COPY_FROM = 1000
/** So many, and deletions wait until they are copied: what a durable claim has to sync stays small. */
const CROWDED_FROM = 1500
/** A log of 12 MB is begun anew, as soon as so little of it is left to copy that the writer may do that itself. */
const RENEW_FROM = 3000
const RENEW_WITH = 300
/** So far behind is it only where a long read holds it up, or the thread is gone: the writer tries, now and then. */
const HELP_EVERY = 16_384

export interface CheckpointTask {
  readonly kind: 'checkpoint'
  readonly file: string
}

interface Log {
  /** Pages in the log. */
  readonly log: number
  /** Those of them that the database has as well. */
  readonly checkpointed: number
}

interface Copied {
  readonly type: 'copied'
}

/**
 * Copies the write-ahead log into the database from a thread of its own. SQLite would do it in the commit that fills
 * the log, and whoever waits for that commit would wait for two syncs of megabytes.
 */
export class Checkpointer {
  readonly #file: string
  readonly #sqlite: DatabaseSync
  readonly #look: StatementSync
  readonly #onCopied: () => void
  #session: ThreadSession<Copied> | undefined
  #copying = false
  #helpFrom = HELP_EVERY

  /** @param onCopied called when `crowded` may have changed */
  constructor(file: string, sqlite: DatabaseSync, onCopied: () => void) {
    this.#file = file
    this.#sqlite = sqlite
    this.#onCopied = onCopied
    sqlite.exec('PRAGMA wal_autocheckpoint = 0')
    this.#look = sqlite.prepare('PRAGMA wal_checkpoint(NOOP)')
  }

  /** Whether what can wait should wait, until pages are copied. */
  get crowded(): boolean {
    return this.#copying && this.#behind() >= CROWDED_FROM
  }

  afterCommit(): void {
    const { log, checkpointed } = this.#look.get() as unknown as Log
    const behind = log - checkpointed
    if (behind >= this.#helpFrom || (log >= RENEW_FROM && behind <= RENEW_WITH)) this.#copyHere()
    else if (behind >= COPY_FROM && !this.#copying) this.#copy()
    this.#helpFrom = behind >= HELP_EVERY ? Math.max(this.#helpFrom, behind + HELP_EVERY) : HELP_EVERY
  }

  async close(): Promise<void> {
    this.#session?.post('close')
    await this.#session?.ended
  }

  #behind(): number {
    const { log, checkpointed } = this.#look.get() as unknown as Log
    return log - checkpointed
  }

  #copy(): void {
    this.#session ??= this.#open()
    this.#copying = true
    this.#session.post('copy')
  }

  #open(): ThreadSession<Copied> {
    const done = (): void => {
      this.#copying = false
      this.#onCopied()
    }
    const session = new ThreadSession<Copied>({ kind: 'checkpoint', file: this.#file }, done)
    void session.ended.then(() => {
      this.#session = undefined
      done()
    })
    return session
  }

  #copyHere(): void {
    this.#sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }
}

/** Copies when it is told to, until `close`. A failing disk is the writer's to find out. */
export function serveCheckpoints(port: MessagePort, { file }: CheckpointTask): Promise<void> {
  const sqlite = openDatabase(file, { readOnly: false })
  return new Promise((resolve) => {
    port.on('message', (message: 'copy' | 'close') => {
      if (message === 'close') {
        sqlite.close()
        resolve()
        return
      }
      try {
        sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)')
      } catch {
        // It is tried again after the next commits.
      }
      port.postMessage({ type: 'copied' } satisfies Copied)
    })
  })
}
