import type { EgressFault } from '@refbot/plugin-sdk'
import type { GateClient, IncomingAnswer } from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import { egressReport } from './egress-view.ts'

export interface HttpRequest {
  /** Chosen by the plugin's process, unique within the attempt. */
  readonly id: number
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly leaseId?: string | undefined
}

/** What the gate or the way said instead of the site. */
export interface HttpFailure {
  readonly ok: false
  readonly code: 'EGRESS_REFUSED' | 'EGRESS_FAILED' | 'EGRESS_TIMEOUT'
  readonly message: string
  readonly hint?: string | undefined
  readonly rule?: string | undefined
  readonly fault?: EgressFault | undefined
}

export type HttpAnswer =
  | {
      readonly ok: true
      readonly status: number
      readonly statusText: string
      readonly headers: readonly (readonly [name: string, value: string])[]
    }
  | HttpFailure

export type HttpPart = { readonly ok: true; readonly bytes: Uint8Array; readonly last: boolean } | HttpFailure

/** Where an attempt's clients come from. */
export interface Clients {
  /** One that serves this request alone, until it is given back or closed. */
  takeClient(url: string, leaseId: string | undefined): Promise<GateClient>
  giveBack(client: GateClient): Promise<void>
  closeClient(client: GateClient): Promise<void>
}

interface Open {
  readonly client: GateClient
  readonly request: HttpRequest
  readonly signal: AbortSignal
  answer?: IncomingAnswer
  chunks?: AsyncIterator<Buffer>
}

/** Of an answer's body, in one message. */
const PART_BYTES = 256 * 1024
const MAX_REQUEST_BYTES = 16 * 1024 * 1024

/** The requests that one attempt makes without a browser, each by a client of its own, so that its record is its own. */
export class HttpDesk implements AsyncDisposable {
  readonly #clients: Clients
  readonly #bodies = new Map<number, Uint8Array[]>()
  readonly #open = new Map<number, Open>()
  readonly #cancels = new Map<number, AbortController>()
  #bodyBytes = 0

  constructor(clients: Clients) {
    this.#clients = clients
  }

  /** Takes a part of a request's body, before the request itself. */
  addBody(id: number, part: Uint8Array): void {
    if (this.#bodyBytes + part.length > MAX_REQUEST_BYTES) {
      throw new RefbotError(
        'HTTP_BODY_TOO_LARGE',
        `Bodies under way have at most ${MAX_REQUEST_BYTES} bytes together.`,
        {
          hint: 'Send one large body after the other.',
        },
      )
    }
    this.#bodyBytes += part.length
    const parts = this.#bodies.get(id) ?? []
    parts.push(part)
    this.#bodies.set(id, parts)
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { id, url, method, headers, timeoutMs, leaseId } = request
    const body = this.#takeBody(id)
    const cancel = new AbortController()
    this.#cancels.set(id, cancel)
    const signal = AbortSignal.any([cancel.signal, AbortSignal.timeout(timeoutMs)])
    const client = await this.#takeInTime(url, leaseId, signal)
    if (client === undefined) {
      await this.cancel(id)
      return failure({ request, signal }, signal.reason)
    }
    const open: Open = { client, request, signal }
    this.#open.set(id, open)
    try {
      const length = body === undefined ? {} : { 'content-length': String(body.length) }
      const sent = { url, method, headers: { ...headers, ...length }, signal, ...(body === undefined ? {} : { body }) }
      open.answer = await client.fetch(sent)
    } catch (error) {
      await this.cancel(id)
      return failure(open, error)
    }
    const { status, statusText, headers: raw } = open.answer
    return { ok: true, status, statusText, headers: pairs(raw) }
  }

  /** Undefined where the signal comes first: a site may take long to say whether it agrees, and answers the next request. */
  async #takeInTime(url: string, leaseId: string | undefined, signal: AbortSignal): Promise<GateClient | undefined> {
    const taking = this.#clients.takeClient(url, leaseId)
    const over = Promise.withResolvers<undefined>()
    const stop = () => over.resolve(undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    const client = await Promise.race([taking, over.promise]).finally(() => signal.removeEventListener('abort', stop))
    if (client === undefined) taking.then((late) => this.#clients.giveBack(late)).catch(() => undefined)
    return client
  }

  /** The next part of an answer's body. */
  async read(id: number): Promise<HttpPart> {
    const open = this.#open.get(id)
    if (open?.answer === undefined) throw new RefbotError('HTTP_REQUEST_UNKNOWN', 'This request is not open.')
    open.chunks ??= open.answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      while (bytes < PART_BYTES) {
        open.signal.throwIfAborted()
        const { value, done } = await open.chunks.next()
        if (done === true) {
          this.#cancels.delete(id)
          this.#open.delete(id)
          await this.#clients.giveBack(open.client)
          return { ok: true, bytes: Buffer.concat(chunks), last: true }
        }
        chunks.push(value)
        bytes += value.length
      }
      return { ok: true, bytes: Buffer.concat(chunks), last: false }
    } catch (error) {
      await this.cancel(id)
      return failure(open, error)
    }
  }

  /** Ends a request, wherever it is; one that is over already may be ended again. */
  async cancel(id: number): Promise<void> {
    this.#takeBody(id)
    this.#cancels.get(id)?.abort()
    this.#cancels.delete(id)
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.answer?.body.destroy()
    if (open !== undefined) await this.#clients.closeClient(open.client)
  }

  #takeBody(id: number): Buffer | undefined {
    const parts = this.#bodies.get(id)
    if (parts === undefined) return undefined
    this.#bodies.delete(id)
    const body = Buffer.concat(parts)
    this.#bodyBytes -= body.length
    return body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#cancels.keys(), ...this.#open.keys()].map((id) => this.cancel(id)))
  }
}

/** The gate's record tells what became of a request; the error alone would only guess. */
function failure({ client, request, signal }: Omit<Open, 'client'> & Partial<Open>, error: unknown): HttpFailure {
  const { origin, pathname } = new URL(request.url)
  const what = `${request.method} ${origin}${pathname}`
  const { reason } = signal as { reason?: unknown }
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    const message = `${what} had no whole answer within ${request.timeoutMs} ms.`
    return { ok: false, code: 'EGRESS_TIMEOUT', message, hint: 'Give it more time with timeoutMs.' }
  }
  if (error instanceof RefbotError && error.code === 'EGRESS_REFUSED') {
    const rule = client?.lease.records.findLast(({ verdict }) => verdict === 'refused')?.rule
    return { ok: false, code: 'EGRESS_REFUSED', message: error.message, hint: error.hint, ...(rule && { rule }) }
  }
  const fault = client && egressReport(client.lease).faults.at(-1)
  return {
    ok: false,
    code: 'EGRESS_FAILED',
    message: `${what} failed: ${fault?.code ?? (error instanceof Error ? error.message : String(error))}`,
    hint: 'See the request log of the run.',
    ...(fault && { fault }),
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return list
}
