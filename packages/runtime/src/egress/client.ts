import { Agent, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RefbotError } from '../errors.ts'
import { systemCode } from './fault.ts'
import type { GateLease } from './lease.ts'
import type { Rule } from './policy.ts'
import type { GateRecord } from './record.ts'
import { type GateDoor, openTunnel } from './tunnel.ts'

/** A request of a plugin without a browser. No redirect is followed and no body decoded. */
export interface OutgoingRequest {
  readonly url: string
  /** Default GET. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | Readable
  readonly signal?: AbortSignal
}

export interface IncomingAnswer {
  readonly status: number
  readonly statusText: string
  /** Flat name, value, name, value, as the site sent them. */
  readonly headers: readonly string[]
  /** To be read to its end or destroyed. */
  readonly body: Readable
}

/**
 * Sends requests the way the lease's browser would: same policy, same proxy, same records. One at a time: the record of
 * a request is the lease's latest.
 */
export class GateClient {
  readonly lease: GateLease
  readonly #connections: TunnelAgent

  constructor(gate: GateDoor, lease: GateLease) {
    this.lease = lease
    this.#connections = new TunnelAgent(gate, lease.server)
  }

  /**
   * @throws RefbotError `EGRESS_REFUSED` when the gate did not let it out, `EGRESS_FAILED` when no answer came; the
   *   message has the rule or the code of the fault
   */
  async fetch(outgoing: OutgoingRequest): Promise<IncomingAnswer> {
    const { method = 'GET', signal } = outgoing
    const { origin, pathname } = new URL(outgoing.url)
    const before = this.lease.records.at(-1)
    const latest = (): Partial<GateRecord> => {
      const record = this.lease.records.at(-1)
      return record === undefined || record === before ? {} : record
    }
    // By the record alone: a site may send the gate's headers, and an answer to what is still being sent may be lost.
    const assertLetOut = (): void => {
      const { verdict, rule } = latest()
      if (verdict !== 'refused' || rule === undefined) return
      throw new RefbotError('EGRESS_REFUSED', `${method} ${origin}${pathname} was not sent: ${rule}`, {
        hint: HINTS[rule] ?? 'A run reaches its target and what the target’s document names, nothing else.',
      })
    }
    let response: IncomingMessage
    try {
      response = await this.#sendOrRepeat(outgoing)
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason
      assertLetOut()
      const { code = 'no answer' } = latest()
      throw new RefbotError('EGRESS_FAILED', `${method} ${origin}${pathname} failed: ${code}`, { cause })
    }
    if (latest().verdict === 'refused') response.resume()
    assertLetOut()
    const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = response
    return { status, statusText, headers: rawHeaders, body: response }
  }

  /** Ends its connections. */
  close(): void {
    this.#connections.destroy()
  }

  /** A site may close a connection that was kept while the next request is on its way: that one is sent again. */
  async #sendOrRepeat(outgoing: OutgoingRequest): Promise<IncomingMessage> {
    try {
      return await this.#send(outgoing)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      return await this.#send(outgoing)
    }
  }

  async #send({ url, method = 'GET', headers = {}, body, signal }: OutgoingRequest): Promise<IncomingMessage> {
    signal?.throwIfAborted()
    const { origin, host, pathname, search } = new URL(url)
    const repeatable = body === undefined && REPEATABLE.has(method)
    // What may not be sent twice gets a connection of its own, which nobody can have closed before.
    const connection = repeatable
      ? { agent: this.#connections, origin }
      : { createConnection: await this.#connections.open(origin) }
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({
        method,
        path: pathname + search,
        headers: { ...headers, host },
        ...connection,
        ...(signal === undefined ? {} : { signal }),
      })
      sent.once('response', resolve)
      sent.on('error', (error) => {
        const stale = repeatable && sent.reusedSocket && systemCode(error) === 'ECONNRESET'
        reject(stale ? new StaleConnection() : error)
      })
      if (body instanceof Readable) pipeline(body, sent).catch(reject)
      else sent.end(body)
    })
  }
}

const HINTS: Partial<Record<Rule, string>> = {
  limit_minute: 'Wait a minute: the origin, or `limits.perOrigin` of the operator, takes so many submits in one.',
  limit_day: 'Wait for the next day of UTC: the origin, or `limits.perOrigin` of the operator, takes so many in one.',
  limit_uncounted: 'Make room on the disk of the data directory: a submit leaves once it is counted.',
  origin_paused:
    'The site turned a run away. Talk to its owner; `refbot origins resume` ends the pause before its time.',
  malformed: 'Ask for less in its headers, and for nothing but a plain exchange.',
}

const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

class StaleConnection extends Error {}

/** Tunnels through the gate, by origin, kept open for the next request. */
class TunnelAgent extends Agent {
  readonly #gate: GateDoor
  readonly #server: string

  constructor(gate: GateDoor, server: string) {
    super({ keepAlive: true, maxFreeSockets: 1 })
    this.#gate = gate
    this.#server = server
  }

  /** One that is not kept. */
  async open(origin: string): Promise<() => Socket> {
    const socket = await openTunnel(this.#gate, this.#server, origin)
    return () => socket
  }

  override getName(options: object = {}): string {
    return originOf(options)
  }

  override createConnection(options: object, callback?: (error: Error | null, socket: Socket) => void): undefined {
    const done = callback as (error: Error | null, socket?: Socket) => void
    openTunnel(this.#gate, this.#server, originOf(options)).then((socket) => done(null, socket), done)
  }
}

/** Options that `#send` gave come back whole. */
function originOf(options: object): string {
  return 'origin' in options ? String(options.origin) : ''
}
