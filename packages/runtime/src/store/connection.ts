import { Worker } from 'node:worker_threads'
import { entry } from '../entry.ts'
import { RefbotError } from '../errors.ts'
import type { RefbotEvent } from './event-types.ts'
import type { OperationArgs, OperationName, OperationResult } from './operations/index.ts'
import type { StoreMessage, StoreRequest, StoreThreadData } from './protocol.ts'

export interface ConnectionOptions extends StoreThreadData {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Called with the events of each commit, in order, before those who wait for that commit go on. */
  readonly onEvents?: (events: readonly RefbotEvent[]) => void
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** One thread with one connection to the database; each call is a whole operation. */
export class StoreConnection implements AsyncDisposable {
  readonly #worker: Worker
  readonly #options: ConnectionOptions
  readonly #pending = new Map<number, Pending>()
  readonly #exited: Promise<void>
  #nextId = 1
  #closed: Promise<void> | undefined

  private constructor(worker: Worker, options: ConnectionOptions) {
    this.#worker = worker
    this.#options = options
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('message', (message: StoreMessage) => this.#receive(message))
    worker.on('error', (error) => this.#rejectAll(error instanceof Error ? error.message : String(error)))
    worker.once('exit', () => this.#rejectAll('The store is closed.'))
    worker.unref()
  }

  /**
   * @throws RefbotError `STORE_UNUSABLE` when the file is no database, or cannot be opened; `STORE_NEWER` when a
   * newer version wrote it.
   */
  static async open(options: ConnectionOptions): Promise<StoreConnection> {
    const workerData: StoreThreadData = { file: options.file, readOnly: options.readOnly }
    const { url, execArgv } = entry('#store-worker')
    const worker = new Worker(url, { workerData, execArgv: [...execArgv] })
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: StoreMessage) => {
        worker.off('error', reject)
        if (message.type !== 'failed') return resolve()
        const { code, message: text, hint } = message.error
        const where = `The store ${options.file} cannot be used: ${text}`
        reject(new RefbotError(code, where, hint === undefined ? {} : { hint }))
      })
    })
    return new StoreConnection(worker, options)
  }

  /** @throws RefbotError `STORE_FAILED`, `STORE_DISK_FULL`; nothing of the operation was kept then. */
  call<Name extends OperationName>(operation: Name, args: OperationArgs<Name>): Promise<OperationResult<Name>> {
    if (this.#closed !== undefined) return Promise.reject(closedError())
    return this.#send({ id: this.#nextId++, operation, args, now: this.#options.now() }) as Promise<
      OperationResult<Name>
    >
  }

  #send(request: StoreRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { resolve, reject })
      if (this.#pending.size === 1) this.#worker.ref()
      this.#worker.postMessage(request)
    })
  }

  #receive(message: StoreMessage): void {
    if (message.type !== 'committed') return
    if (message.events.length > 0) this.#options.onEvents?.(message.events)
    for (const reply of message.replies) {
      const pending = this.#pending.get(reply.id)
      this.#pending.delete(reply.id)
      if (reply.ok) pending?.resolve(reply.value)
      else pending?.reject(new RefbotError(reply.error.code, `The store could not do that: ${reply.error.message}`))
    }
    if (this.#pending.size === 0) this.#worker.unref()
  }

  #rejectAll(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new RefbotError('STORE_FAILED', reason))
    this.#pending.clear()
  }

  /** Waits for what was asked before. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#worker.ref()
      this.#worker.postMessage('close')
      await this.#exited
    })()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function closedError(): RefbotError {
  return new RefbotError('STORE_CLOSED', 'The store is closed.', {
    hint: 'Nothing can be stored once it was disposed.',
  })
}
