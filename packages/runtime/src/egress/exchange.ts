import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Channel } from './channel.ts'
import { ConnectFault, exchangeCode, systemCode } from './fault.ts'
import { endToEnd, identified, type RawHeaders, unidentified } from './headers.ts'
import type { RequestLine, Rule } from './policy.ts'
import { type FaultCode, type GateRecord, isNavigation, retryAfterMs, siteRefusal } from './record.ts'

/** A request that the policy has let through. */
export interface Admitted {
  readonly line: RequestLine
  readonly rule: Rule
  /** Epoch milliseconds at which its head had been read. */
  readonly at: number
}

/**
 * The bookkeeping of one exchange, plain or upgraded: it ends exactly once, in one record. When the upstream fails the
 * inner connection is destroyed, so that the browser sees a broken connection and never an answer that the site did
 * not give.
 */
export class Exchange {
  readonly upstream: ClientRequest
  readonly #channel: Channel
  readonly #admitted: Admitted
  readonly #navigation: boolean
  readonly #client: Duplex
  #status: number | undefined
  #refusal: GateRecord['refusal']
  #sentAt = 0
  #connectMs = 0
  #over = false
  bytes = 0

  constructor(channel: Channel, admitted: Admitted, req: IncomingMessage, extra: RawHeaders = []) {
    const { lease, settings } = channel
    this.#channel = channel
    this.#admitted = admitted
    this.#navigation = isNavigation(req.headers)
    this.#client = req.socket
    const { runId, userAgentToken } = lease.options
    const headers =
      admitted.rule === 'part_host' ? unidentified(req.rawHeaders) : identified(req.rawHeaders, runId, userAgentToken)
    const agent = channel.agentFor(admitted.line.origin)
    this.upstream = request({
      agent,
      method: admitted.line.method,
      path: admitted.line.path,
      headers: [...headers, ...extra],
      setHost: false,
      maxHeaderSize: settings.maxHeaderSize,
    })
    this.upstream.once('socket', () => {
      lease.forwarding()
      this.#sentAt = settings.now()
      this.#connectMs = this.upstream.reusedSocket ? 0 : agent.connectMs
    })
    this.upstream.setTimeout(settings.responseTimeoutMs, () => {
      this.upstream.destroy(Object.assign(new Error('No answer'), { code: 'ETIMEDOUT' }))
    })
    this.upstream.on('error', (error) => this.#failed(error))
  }

  /** The site's answer has begun. */
  answered(response: IncomingMessage): number {
    const { lease, settings } = this.#channel
    const { line } = this.#admitted
    const now = settings.now()
    const status = response.statusCode ?? 0
    this.upstream.setTimeout(0)
    this.#status = status
    lease.firstByte(this.#connectMs + now - this.#sentAt)
    const kind = siteRefusal(status, line.method, this.#navigation)
    if (kind !== undefined) {
      this.#refusal = kind
      const wait = retryAfterMs(response.headers['retry-after'], now)
      const report = { kind, status, at: now, origin: line.origin }
      lease.siteRefused(wait === undefined ? report : { ...report, retryAfterMs: wait })
    }
    return status
  }

  /** The answer, or the conversation, came to its end. */
  ended(): void {
    this.#end('forwarded')
  }

  /** The browser went away: nobody's fault. */
  clientLeft(): void {
    this.#end(this.#status === undefined ? 'faulted' : 'forwarded', 'CLIENT_ABORTED')
    this.upstream.destroy()
  }

  failedWith(error: unknown): void {
    this.#failed(error)
    this.upstream.destroy()
  }

  #failed(error: unknown): void {
    if (this.#over) return
    const { lease, settings } = this.#channel
    const { method, origin, path } = this.#admitted.line
    const where = { method, origin, path: withoutQuery(path) }
    const at = settings.now()
    if (this.upstream.reusedSocket && this.#status === undefined && systemCode(error) === 'ECONNRESET') {
      this.#end('faulted', 'STALE_CONNECTION')
    } else if (error instanceof ConnectFault) {
      const { code, proxyFault, status } = error
      const cause = systemCode(error.cause)
      lease.fault({
        code,
        phase: 'connect',
        at,
        proxyFault,
        ...where,
        ...(status === undefined ? {} : { status }),
        ...(cause === undefined ? {} : { cause }),
      })
      this.#end('faulted', code)
    } else {
      const code = exchangeCode(error)
      const cause = systemCode(error)
      lease.fault({
        code,
        phase: 'exchange',
        at,
        proxyFault: false,
        ...where,
        ...(cause === undefined ? {} : { cause }),
      })
      this.#end('faulted', code)
    }
    this.#client.destroy()
  }

  #end(verdict: GateRecord['verdict'], code?: FaultCode | 'STALE_CONNECTION' | 'CLIENT_ABORTED'): void {
    if (this.#over) return
    this.#over = true
    const { lease, settings } = this.#channel
    const { at, line, rule } = this.#admitted
    lease.record({
      at,
      runId: lease.options.runId,
      leaseId: lease.id,
      method: line.method,
      origin: line.origin,
      path: withoutQuery(line.path),
      verdict,
      rule,
      navigation: this.#navigation,
      via: lease.options.proxy === undefined ? 'direct' : 'proxy',
      ...(this.#status === undefined ? {} : { status: this.#status }),
      bytes: this.bytes,
      ms: settings.now() - at,
      ...(code === undefined ? {} : { code }),
      ...(this.#refusal === undefined ? {} : { refusal: this.#refusal }),
    })
  }
}

/** Forwards one request and its answer, streaming both ways. */
export function forward(channel: Channel, admitted: Admitted, req: IncomingMessage, res: ServerResponse): void {
  const chunked = req.headers['transfer-encoding'] !== undefined
  const exchange = new Exchange(channel, admitted, req, chunked ? ['Transfer-Encoding', 'chunked'] : [])
  const { upstream } = exchange
  if (res.closed) {
    exchange.clientLeft()
    return
  }
  upstream.once('response', (response) => relayAnswer(exchange, response, res))
  res.once('close', () => {
    if (res.writableFinished) exchange.ended()
    else exchange.clientLeft()
  })
  req.on('error', () => exchange.clientLeft())
  if (chunked || Number(req.headers['content-length'] ?? 0) > 0) req.pipe(upstream)
  else upstream.end()
  // What a site has answered early and reads no more is read here, or the browser would wait for ever to send it.
  upstream.once('close', () => req.resume())
}

/** Passes an answer on: status, raw headers and body as they came, without what is between neighbours only. */
export function relayAnswer(exchange: Exchange, response: IncomingMessage, res: ServerResponse): void {
  const status = exchange.answered(response)
  const coding = response.headers['transfer-encoding']
  res.sendDate = false
  try {
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw new UnknownCoding()
    res.writeHead(status, response.statusMessage ?? '', endToEnd(response.rawHeaders, ALTERNATIVES))
  } catch (error) {
    response.resume()
    exchange.failedWith(error)
    return
  }
  response.on('data', (chunk: Buffer) => {
    exchange.bytes += chunk.length
    if (!res.write(chunk)) response.pause()
  })
  res.on('drain', () => response.resume())
  response.once('end', () => res.end())
  response.once('error', (error) => exchange.failedWith(error))
  // An event stream may stay silent: its head must not wait for a first chunk, but may share a packet with one.
  setImmediate(() => {
    if (!res.headersSent || (exchange.bytes === 0 && !res.writableEnded)) res.flushHeaders()
  })
}

/** A body in a coding that the gate would have to undo to pass it on. */
class UnknownCoding extends Error {
  readonly code = 'HPE_INVALID_TRANSFER_ENCODING'
}

export function withoutQuery(path: string): string {
  const query = path.indexOf('?')
  return query === -1 ? path : path.slice(0, query)
}

/** Would send the browser to another door of the site, past the one it came through. */
const ALTERNATIVES: ReadonlySet<string> = new Set(['alt-svc'])
