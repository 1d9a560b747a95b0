import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Command, type CommandLimits, isRecord, judge } from './command.ts'

/** The browser's end of the relay. */
export interface RelayedBrowser {
  /** Sends one command; false asks to wait for `onDrain`. */
  send(message: string): boolean
  pause(): void
  resume(): void
}

export interface RefusedCommand {
  readonly method: string
  readonly reason: string
}

export interface RelayOptions {
  readonly browser: RelayedBrowser
  readonly limits: CommandLimits
  /** A command was turned down; for the run's log. */
  readonly onRefusedCommand?: (refused: RefusedCommand) => void
  /** The one client has gone, or misbehaved; there will be no other. */
  readonly onClientGone: () => void
}

const MAX_CLIENT_MESSAGE_BYTES = 256 * 1024 * 1024
/** Beyond this much unsent the browser is held back, so that a slow client costs no memory. */
const HIGH_WATER_BYTES = 16 * 1024 * 1024
const CDP_SERVER_ERROR = -32000

/**
 * The driver's way to the browser: a loopback WebSocket with a secret path for one client, ever. Each command is judged
 * and rebuilt from what was judged, so that the browser reads the same command; answers pass unread.
 *
 * waiting -> (right path) -> connected -> (client closes, or sends what is no command) -> gone
 */
export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions
  readonly #path = `/${randomBytes(24).toString('base64url')}`
  readonly #server: Server = createServer((_req, res) => res.writeHead(404).end())
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
  })
  #state: 'waiting' | 'connected' | 'gone' = 'waiting'
  #client: WebSocket | undefined

  static async start(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options)
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject)
      relay.#server.listen(0, '127.0.0.1', resolve)
    })
    return relay
  }

  private constructor(options: RelayOptions) {
    this.#options = options
    this.#server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head))
  }

  get endpoint(): string {
    return `ws://127.0.0.1:${this.#port}${this.#path}`
  }

  /** Passes one message of the browser on. */
  deliver(message: Buffer): void {
    const client = this.#client
    if (client === undefined) return
    client.send(message, { binary: false }, () => {
      if (client.bufferedAmount < HIGH_WATER_BYTES) this.#options.browser.resume()
    })
    if (client.bufferedAmount >= HIGH_WATER_BYTES) this.#options.browser.pause()
  }

  /** The browser takes commands again. */
  drained(): void {
    this.#client?.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'gone'
    this.#client?.terminate()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    // A page has an Origin, and its name for this server may be one that it made resolve here; a driver has neither.
    const ours = req.headers.origin === undefined && req.headers.host === `127.0.0.1:${this.#port}`
    if (!ours || this.#state !== 'waiting' || !equal(req.url ?? '', this.#path)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#state = 'connected'
    this.#sockets.handleUpgrade(req, socket, head, (client) => {
      this.#client = client
      client.on('message', (data, binary) => this.#command(client, String(data), binary))
      client.on('error', () => client.terminate())
      client.once('close', () => this.#gone())
    })
  }

  #gone(): void {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    this.#client = undefined
    this.#options.browser.resume()
    this.#options.onClientGone()
  }

  #command(client: WebSocket, text: string, binary: boolean): void {
    const command = binary ? undefined : parseCommand(text)
    if (command === undefined) {
      client.close(1008, 'not a command')
      return
    }
    const { id, method, sessionId } = command
    const verdict = judge(command, this.#options.limits)
    if ('refuse' in verdict) {
      this.#options.onRefusedCommand?.({ method, reason: verdict.refuse })
      const error = { code: CDP_SERVER_ERROR, message: `RefBot refused ${method}: ${verdict.refuse}` }
      client.send(JSON.stringify(sessionId === undefined ? { id, error } : { id, error, sessionId }))
      return
    }
    const { pass } = verdict
    const sent = sessionId === undefined ? { id, method, params: pass } : { id, method, params: pass, sessionId }
    if (!this.#options.browser.send(JSON.stringify(sent))) client.pause()
  }
}

function parseCommand(text: string): Command | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { id, method, params = {}, sessionId } = value
  if (!Number.isSafeInteger(id) || typeof id !== 'number' || typeof method !== 'string' || !isRecord(params)) {
    return undefined
  }
  if (sessionId === undefined) return { id, method, params }
  return typeof sessionId === 'string' ? { id, method, params, sessionId } : undefined
}

function equal(given: string, expected: string): boolean {
  const left = Buffer.from(given)
  const right = Buffer.from(expected)
  return left.length === right.length && timingSafeEqual(left, right)
}
