import { RefbotError } from '../errors.ts'
import type { StoreHealth } from './disk/health.ts'
import type { RefbotEvent } from './event-types.ts'
import type { OperationArgs, OperationName, OperationResult } from './operations/index.ts'
import type { ConnectionTask, Opening, StoreFault, StoreMessage, StoreRequest } from './protocol.ts'
import { ThreadSession } from './threads.ts'

export interface ConnectionOptions extends Omit<ConnectionTask, 'kind' | 'openedAt'> {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Called with the events of each commit, in order, before those who wait for that commit go on. */
  readonly onEvents?: (events: readonly RefbotEvent[]) => void
  /** Called when the disk's state changed. */
  readonly onHealth?: (health: StoreHealth) => void
  /** Called when an answer took longer than `slowMs`, its waiting for others included. */
  readonly onSlow?: (slow: SlowOperation) => void
  /** Default 1,000. */
  readonly slowMs?: number
}

export interface SlowOperation {
  readonly operation: OperationName
  readonly tookMs: number
}

/** Nobody should wait so long for the store. */
const SLOW_MS = 1000

interface Pending {
  readonly operation: OperationName
  /** Monotonic, ms. */
  readonly askedAt: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** One thread with one connection to the database; each call is a whole operation. */
export class StoreConnection implements AsyncDisposable {
  readonly opening: Opening
  readonly #session: ThreadSession<StoreMessage>
  readonly #options: ConnectionOptions
  readonly #waiting: Waiting
  #nextId = 1
  #closed: Promise<void> | undefined

  private constructor(
    session: ThreadSession<StoreMessage>,
    options: ConnectionOptions,
    waiting: Waiting,
    opening: Opening,
  ) {
    this.#session = session
    this.#options = options
    this.#waiting = waiting
    this.opening = opening
    session.port.unref()
  }

  /**
   * @throws RefbotError `STORE_UNUSABLE` when the file is no database, or cannot be opened; `STORE_NEWER` when a
   * newer version wrote it; `STORE_UPGRADE_FAILED` when it stays as it was.
   */
  static async open(options: ConnectionOptions): Promise<StoreConnection> {
    const { now, onEvents: _, onHealth: __, onSlow: ___, slowMs: ____, ...rest } = options
    const waiting = new Waiting()
    let settle: (answer: Opening | StoreFault) => void = () => undefined
    const opened = new Promise<Opening | StoreFault>((resolve) => {
      settle = resolve
    })
    const session: ThreadSession<StoreMessage> = new ThreadSession<StoreMessage>(
      { ...rest, kind: 'connection', openedAt: now() },
      (message) => {
        if (message.type === 'ready') settle(message.opening)
        else if (message.type === 'failed') settle(message.error)
        else receive(session, waiting, options, message)
      },
    )
    void session.ended.then((error) => {
      const message = error?.message ?? 'The store is closed.'
      settle({ code: 'STORE_UNUSABLE', message })
      for (const { reject } of waiting.requests.values()) reject(new RefbotError('STORE_FAILED', message))
      waiting.requests.clear()
    })
    const answer = await opened
    if ('migrated' in answer) return new StoreConnection(session, options, waiting, answer)
    const { code, message, hint } = answer
    const where = `The store ${options.file} cannot be used: ${message}`
    throw new RefbotError(code, where, hint === undefined ? {} : { hint })
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
      const { operation } = request
      this.#waiting.requests.set(request.id, { resolve, reject, operation, askedAt: performance.now() })
      if (this.#waiting.requests.size === 1) this.#session.port.ref()
      this.#session.post(request)
    })
  }

  /** Waits for what was asked before. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#waiting.closing = true
      this.#session.port.ref()
      this.#session.post('close')
      await this.#session.ended
    })()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** What those who wait share with the receiver of answers. */
class Waiting {
  readonly requests = new Map<number, Pending>()
  closing = false
}

function receive(
  { port }: ThreadSession<StoreMessage>,
  waiting: Waiting,
  { onEvents, onHealth, onSlow, slowMs = SLOW_MS }: ConnectionOptions,
  message: StoreMessage,
): void {
  if (message.type === 'health') onHealth?.(message.health)
  if (message.type !== 'committed') return
  if (message.events.length > 0) onEvents?.(message.events)
  for (const reply of message.replies) {
    const request = waiting.requests.get(reply.id)
    waiting.requests.delete(reply.id)
    if (request !== undefined && onSlow !== undefined) {
      const tookMs = performance.now() - request.askedAt
      if (tookMs > slowMs) onSlow({ operation: request.operation, tookMs: Math.round(tookMs) })
    }
    if (reply.ok) request?.resolve(reply.value)
    else request?.reject(failure(reply.error))
  }
  if (waiting.requests.size === 0 && !waiting.closing) port.unref()
}

function failure({ code, message, hint }: StoreFault): RefbotError {
  return new RefbotError(code, `The store could not do that: ${message}`, hint === undefined ? {} : { hint })
}

function closedError(): RefbotError {
  return new RefbotError('STORE_CLOSED', 'The store is closed.', {
    hint: 'Nothing can be stored once it was disposed.',
  })
}
