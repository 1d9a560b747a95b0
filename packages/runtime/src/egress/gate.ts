import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, LookupFunction, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { Channel, type GateSettings } from './channel.ts'
import { GateClient } from './client.ts'
import { type Admitted, forward, withoutQuery } from './exchange.ts'
import { systemCode } from './fault.ts'
import type { GateIdentity } from './identity.ts'
import { inspect, isWhole, tunnelAuthority } from './inspect.ts'
import { type GateLease, Lease, type LeaseOptions } from './lease.ts'
import { type DayCount, SubmitLimiter, type SubmitLimits, stricter, unlimited } from './limiter.ts'
import { decide, isSubmit, originGranted, type RequestLine, type Rule, submitLimits } from './policy.ts'
import { isNavigation } from './record.ts'
import type { GateDoor } from './tunnel.ts'
import { forwardUpgrade } from './upgrade.ts'

export interface GateOptions {
  readonly identity: GateIdentity
  /** Default: the system's. */
  readonly clock?: { now(): number }
  /** For TCP, the proxy's CONNECT and TLS together; default 15,000. */
  readonly connectTimeoutMs?: number
  /** Silence before the head of an answer; default 120,000. Once it has begun there is no limit (event streams). */
  readonly responseTimeoutMs?: number
  /** Resolves the names of targets and proxies; `localhost` is never asked for. Default: the system's. */
  readonly lookup?: LookupFunction
  /** The operator's own limits, for every origin but loopback; a document's apply as well. */
  readonly limits?: () => SubmitLimits
  /** What origins had taken before a restart, as `onCounted` told. */
  readonly counted?: Iterable<DayCount>
  /** An origin takes one more submit today, which leaves once this is stored, and not at all where it cannot be. */
  readonly onCounted?: (count: DayCount) => Promise<void>
  /** Whether an origin is left alone for now, for every run. */
  readonly isPaused?: (origin: string) => boolean
}

const MAX_HEADER_SIZE = 256 * 1024
/** Chromium keeps idle connections; a shorter time would only make it dial again. */
const KEEP_ALIVE_MS = 120_000
const TLS_RECORD_HANDSHAKE = 0x16
const SERVER_NAME = /^([0-9a-f]{12})-([0-9a-f]{32})\.gate\.invalid$/

/**
 * The one way out: a TLS forward proxy on loopback. The TLS server name tells the lease a connection belongs to; the
 * site's TLS ends here as well, so every request is read, decided on, marked and recorded before anything leaves.
 */
export class Gate implements AsyncDisposable {
  readonly spki: string
  readonly #certificatePem: string
  readonly #settings: GateSettings
  readonly #options: GateOptions
  readonly #limiter: SubmitLimiter
  readonly #server: Server
  readonly #secureContext: SecureContext
  readonly #leases = new Map<string, Lease>()
  readonly #channels = new WeakMap<Duplex, Channel>()
  #strangers = 0

  static async start(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options)
    await new Promise<void>((resolve, reject) => {
      gate.#server.once('error', reject)
      gate.#server.listen(0, '127.0.0.1', () => {
        gate.#server.removeListener('error', reject)
        resolve()
      })
    })
    return gate
  }

  private constructor(options: GateOptions) {
    const { identity, clock = { now: Date.now } } = options
    this.spki = identity.spki
    this.#certificatePem = identity.certificatePem
    this.#options = options
    this.#limiter = new SubmitLimiter(options.counted)
    this.#settings = {
      now: () => clock.now(),
      connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
      responseTimeoutMs: options.responseTimeoutMs ?? 120_000,
      maxHeaderSize: MAX_HEADER_SIZE,
      lookup: options.lookup,
      trust: createSecureContext(),
    }
    const tls = { key: identity.keyPem, cert: identity.certificatePem, minVersion: 'TLSv1.3' } as const
    this.#secureContext = createSecureContext(tls)
    this.#server = createServer({
      ...tls,
      ALPNProtocols: ['http/1.1'],
      noDelay: true,
      maxHeaderSize: MAX_HEADER_SIZE,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: 0,
      // Whatever is wrong with a request is found, answered and recorded here.
      requireHostHeader: false,
      shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === 'websocket',
    })
    this.#server.prependListener('secureConnection', (socket: TLSSocket) => this.#admit(socket))
    this.#server.on('tlsClientError', (_error, socket: Socket) => socket.destroy())
    this.#server.on('clientError', (error, socket) => this.#unreadable(error, socket))
    this.#server.on('request', (req, res) => this.#request(req, res))
    this.#server.on('checkExpectation', (req, res) => this.#request(req, res))
    this.#server.on('connect', (req, socket, head) => this.#connect(req, socket as Socket, head))
    this.#server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** For clients other than a browser. */
  get door(): GateDoor {
    return { port: this.port, certificatePem: this.#certificatePem }
  }

  /** Connections that named no open lease and were closed unread. */
  get strangers(): number {
    return this.#strangers
  }

  /** @throws RefbotError `PROXY_NOT_LOOPBACK`, `PROXY_NOT_ALLOWED` */
  openLease(options: LeaseOptions): GateLease {
    const lease = new Lease(options, (closed) => this.#leases.delete(closed.id))
    this.#leases.set(lease.id, lease)
    return lease
  }

  /** Sends a lease's requests without a browser. */
  client(lease: GateLease): GateClient {
    return new GateClient(this.door, lease)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.all([...this.#leases.values()].map((lease) => lease.close()))
    this.#server.closeAllConnections()
    await closed
  }

  /** Runs before HTTP sees the connection, for outer connections and for the insides of tunnels alike. */
  #admit(socket: TLSSocket): void {
    if (this.#channels.has(socket)) return
    const [, id = '', secret = ''] = SERVER_NAME.exec(String(socket.servername)) ?? []
    const lease = this.#leases.get(id)
    if (lease === undefined || !lease.knows(secret)) {
      this.#strangers++
      socket.destroy()
      return
    }
    lease.attach(socket)
    this.#open(socket, new Channel(lease, this.#settings))
  }

  #open(socket: Socket, channel: Channel): void {
    this.#channels.set(socket, channel)
    socket.once('close', () => channel.close())
  }

  #judge(channel: Channel, req: IncomingMessage): Judgement {
    const { line, problem } = inspect(req, channel.tunnel)
    const at = this.#settings.now()
    if (problem !== undefined) return { line, rule: problem, allowed: false, at }
    const { lease } = channel
    const { target } = lease.options
    const decision = decide(target, isWhole(req) ? { ...line, whole: true } : line)
    if (decision.allowed && this.#options.isPaused?.(line.origin) === true)
      return { line, rule: 'origin_paused', allowed: false, at }
    if (!decision.allowed || !isSubmit(line.method) || target.source === 'loopback') return { line, ...decision, at }
    const { limits = unlimited, onCounted } = this.#options
    const taken = this.#limiter.take(line.origin, stricter(submitLimits(target, line.origin), limits()), at)
    if (taken.allowed) {
      const counting = taken.counted === undefined ? undefined : onCounted?.(taken.counted)
      return { line, ...decision, at, ...(counting === undefined ? {} : { counting }) }
    }
    const { rule, retryAfterMs } = taken
    lease.limited({ rule, origin: line.origin, at, retryAfterMs })
    return { line, rule, allowed: false, at }
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const channel = this.#channels.get(req.socket)
    if (channel === undefined) return void req.socket.destroy()
    const { line, rule, allowed, at, counting } = this.#judge(channel, req)
    const refuse = (why: Rule): void => {
      this.#refused(channel, line, why, at, isNavigation(req.headers))
      if (res.closed) return
      res.sendDate = false
      res.shouldKeepAlive = false
      res.writeHead(why === 'malformed' ? 400 : 403, REFUSAL_HEADERS)
      res.end(refusalText(why, line))
    }
    const pass = (): void => forward(channel, { line, rule, at }, req, res)
    if (!allowed) refuse(rule)
    else if (counting === undefined) pass()
    else counting.then(pass, () => refuse('limit_uncounted'))
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const channel = this.#channels.get(req.socket)
    if (channel === undefined) return void socket.destroy()
    const { line, rule, allowed, at } = this.#judge(channel, req)
    if (allowed) {
      forwardUpgrade(channel, { line, rule, at }, req, socket, head)
      return
    }
    this.#refused(channel, line, rule, at, false)
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }

  /** A tunnel is always granted: what is asked for inside is decided on request by request, and nothing is dialled for it before. */
  #connect(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const outer = this.#channels.get(socket)
    socket.on('error', () => socket.destroy())
    if (outer === undefined) return void socket.destroy()
    const authority = outer.tunnel === undefined ? tunnelAuthority(req.url ?? '') : undefined
    if (authority === undefined) {
      const line = { method: 'CONNECT', origin: 'unknown', path: '/' }
      this.#refused(outer, line, 'malformed', this.#settings.now(), false)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const begin = (chunk: Buffer): void => {
      const secure = chunk[0] === TLS_RECORD_HANDSHAKE
      const { origin } = new URL(`${secure ? 'https' : 'http'}://${authority.hostname}:${authority.port}`)
      const channel = new Channel(outer.lease, this.#settings, origin)
      if (originGranted(outer.lease.options.target, origin) && this.#options.isPaused?.(origin) !== true)
        channel.agentFor(origin).prime()
      socket.unshift(chunk)
      let inner: Socket = socket
      if (secure) {
        inner = new TLSSocket(socket, {
          isServer: true,
          secureContext: this.#secureContext,
          ALPNProtocols: ['http/1.1'],
        })
        inner.on('error', () => inner.destroy())
        socket.once('close', () => inner.destroy())
      }
      this.#open(inner, channel)
      this.#server.emit('secureConnection', inner)
      inner.resume()
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) begin(head)
    else
      socket.once('data', (chunk: Buffer) => {
        socket.pause()
        begin(chunk)
      })
    socket.resume()
  }

  #unreadable(error: Error, socket: Duplex): void {
    const channel = this.#channels.get(socket)
    const code = systemCode(error) ?? ''
    if (channel !== undefined && code.startsWith('HPE_')) {
      const line = { method: 'unknown', origin: channel.tunnel ?? 'unknown', path: '/' }
      this.#refused(channel, line, 'malformed', this.#settings.now(), false)
      if (socket.writable) {
        const status = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
        socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      }
    }
    socket.destroy()
  }

  #refused(channel: Channel, line: RequestLine, rule: Rule, at: number, navigation: boolean): void {
    const { lease } = channel
    lease.record({
      at,
      runId: lease.options.runId,
      leaseId: lease.id,
      method: line.method,
      origin: line.origin,
      path: withoutQuery(line.path),
      verdict: 'refused',
      rule,
      navigation,
      via: lease.options.proxy === undefined ? 'direct' : 'proxy',
      bytes: 0,
      ms: this.#settings.now() - at,
    })
  }
}

interface Judgement extends Admitted {
  readonly allowed: boolean
  /** A submit that counts against a limit waits for this. */
  readonly counting?: Promise<void>
}

const REFUSAL_HEADERS = [
  'Content-Type',
  'text/plain; charset=utf-8',
  'Cache-Control',
  'no-store',
  'X-RefBot-Gate',
  'refused',
]

function refusalText(rule: Rule, line: RequestLine): string {
  return `RefBot did not send this request to ${line.origin}: ${rule}.\nThe request log of the run says more.\n`
}
