import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { connect } from 'node:tls'
import { RefbotError } from '../errors.ts'
import type { GateLease } from './lease.ts'

/** Where the gate listens and by which certificate it is known. */
export interface GateDoor {
  readonly port: number
  readonly certificatePem: string
}

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
 * Sends one request the way the lease's browser would: same policy, same proxy, same records.
 *
 * @throws RefbotError `EGRESS_REFUSED` when the gate did not let it out, `EGRESS_FAILED` when no answer came; the
 *   message has the rule or the code of the fault
 */
export async function fetchThrough(
  gate: GateDoor,
  lease: GateLease,
  outgoing: OutgoingRequest,
): Promise<IncomingAnswer> {
  const { method = 'GET', headers = {}, body, signal } = outgoing
  const { origin, host, pathname, search } = new URL(outgoing.url)
  const before = lease.records.at(-1)
  const latest = (): { rule?: string; code?: string } => {
    const record = lease.records.at(-1)
    return record === undefined || record === before ? {} : record
  }
  let response: IncomingMessage
  try {
    signal?.throwIfAborted()
    const socket = await openTunnel(gate, lease.server, origin)
    response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({
        method,
        path: pathname + search,
        headers: { ...headers, host },
        createConnection: () => socket,
        ...(signal === undefined ? {} : { signal }),
      })
      sent.once('response', resolve)
      sent.on('error', reject)
      if (body instanceof Readable) pipeline(body, sent).catch(reject)
      else sent.end(body)
    })
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason
    const { code = 'no answer' } = latest()
    throw new RefbotError('EGRESS_FAILED', `${method} ${origin}${pathname} failed: ${code}`, { cause })
  }
  if (response.headers['x-refbot-gate'] === 'refused') {
    response.resume()
    const { rule = 'refused' } = latest()
    throw new RefbotError('EGRESS_REFUSED', `${method} ${origin}${pathname} was not sent: ${rule}`, {
      hint: 'A run reaches its target and what the target’s document names, nothing else.',
    })
  }
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = response
  return { status, statusText, headers: rawHeaders, body: response }
}

/** A connection to an origin through the gate, as the browser of that lease would make it: ready for HTTP/1.1. */
export async function openTunnel(gate: GateDoor, server: string, origin: string): Promise<Socket> {
  const { hostname, port, protocol } = new URL(origin)
  const secure = protocol === 'https:'
  const authority = `${hostname}:${port || (secure ? 443 : 80)}`
  // The certificate is pinned whole; its name says nothing.
  const pinned = { ca: gate.certificatePem, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'] }
  const outer = connect({ host: '127.0.0.1', port: gate.port, servername: new URL(server).hostname, ...pinned })
  try {
    await once(outer, 'secureConnect')
    const inner = await new Promise<Socket>((resolve, reject) => {
      const tunnel = request({
        method: 'CONNECT',
        path: authority,
        headers: ['Host', authority],
        setHost: false,
        createConnection: () => outer,
      })
      tunnel.once('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) resolve(socket)
        else reject(new Error(`The gate answered ${statusCode}`))
      })
      tunnel.once('error', reject)
      tunnel.end()
    })
    if (!secure) return inner
    const tls = connect({ socket: inner, servername: 'inner.gate.invalid', ...pinned })
    await once(tls, 'secureConnect')
    return tls
  } catch (error) {
    outer.destroy()
    throw error
  }
}

async function once(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      socket.removeListener('error', reject)
      socket.removeListener('close', closed)
      resolve()
    }
    const closed = (): void => reject(new Error('The gate closed the connection'))
    socket.once(event, done).once('error', reject).once('close', closed)
  })
}
