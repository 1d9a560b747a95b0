import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Listening, listen, loopback } from '../listen.ts'
import { AccessLog } from './access-log.ts'
import { type Denial, denialHeaders, refuseTunnel, unreachable } from './denial.ts'
import { type ProxyFault, proxyFaults } from './faults.ts'
import { forwardedHeaders } from './headers.ts'
import { createJudge } from './judge.ts'
import { DecisionRecord } from './record.ts'
import { type AbsoluteForm, parseAbsoluteForm, parseAuthority } from './target.ts'
import { counter, tunnel } from './tunnel.ts'
import { forward, reach } from './upstream.ts'

export interface ProxySettings {
  /** 0 for a free port. */
  readonly port: number
  readonly username: string
  readonly password: string
  readonly logFile: string
  readonly fault: ProxyFault
  /** Milliseconds per connection, and whenever its traffic changes direction. */
  readonly latencyMs: number
}

export interface ProxyTools {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/**
 * The proxy, in this process.
 * @throws DemoError `DEMO_FILE`, `DEMO_PORT_BUSY`
 */
export async function serveProxy(settings: ProxySettings, { now, sleep }: ProxyTools): Promise<Listening> {
  const { latencyMs, username, password, fault } = settings
  const judge = createJudge({ username, password, behaviour: proxyFaults[fault] })
  using stack = new DisposableStack()
  const log = stack.use(new AccessLog(settings.logFile))
  const sockets = new Set<Duplex>()
  const working = new Set<Promise<void>>()
  const ending = Promise.withResolvers<void>()

  const pause = async (): Promise<void> => {
    if (latencyMs > 0) await Promise.race([sleep(latencyMs), ending.promise])
  }
  const own = (socket: Duplex): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const track = (work: Promise<void>): void => {
    const settled = work.finally(() => working.delete(settled))
    working.add(settled)
  }

  async function answerConnect(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const record = new DecisionRecord(request, request.url ?? '', log, now)
    const refuse = (denial: Denial): void => {
      record.finish(denial.verdict, denial.status)
      refuseTunnel(client, denial)
    }
    const decision = judge({ target: parseAuthority(request.url ?? ''), authorization: credentials(request) })
    if (decision.verdict !== 'forwarded') return refuse(decision)
    await pause()
    const upstream = await reach(decision.target)
    if (upstream === undefined) return refuse(unreachable)
    own(upstream)
    // The line is written before the client can know, so whoever saw the answer finds it.
    record.decide('forwarded', 200)
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) client.unshift(head)
    await tunnel({ client, upstream, pause, count: record.count })
    record.finish('forwarded', 200)
  }

  async function answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked: AbsoluteForm | undefined = parseAbsoluteForm(request.url ?? '')
    const record = new DecisionRecord(request, asked?.target.authority ?? '', log, now)
    const refuse = (denial: Denial): void => {
      record.finish(denial.verdict, denial.status)
      response.writeHead(denial.status, denialHeaders(denial)).end(denial.reason)
    }
    const decision = judge({ target: asked?.target, authorization: credentials(request) })
    if (decision.verdict !== 'forwarded') return refuse(decision)
    if (asked === undefined) return
    await pause()
    const answer = await forward(request, response, asked, (bytes) => record.count('up', bytes))
    if (answer === undefined) return response.destroyed ? record.finish('forwarded', 0) : refuse(unreachable)
    await pause()
    const status = answer.statusCode ?? 0
    record.decide('forwarded', status)
    response.sendDate = false
    response.writeHead(status, answer.statusMessage, forwardedHeaders(answer.rawHeaders))
    const down = counter((bytes) => record.count('down', bytes))
    await pipeline(answer, down, response).catch(() => response.destroy())
    record.finish('forwarded', status)
  }

  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000, maxHeaderSize: 256 * 1024, noDelay: true })
  server.on('connection', own)
  server.on('request', (request, response) => track(answerRequest(request, response)))
  server.on('connect', (request, client, head) => {
    client.on('error', () => client.destroy())
    track(answerConnect(request, client, head))
  })
  const port = await listen(server, settings.port)
  const owned = stack.move()
  return {
    port,
    url: `http://${loopback}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      ending.resolve()
      for (const socket of sockets) socket.destroy()
      await Promise.all([closed, ...working])
      owned.dispose()
    },
  }
}

function credentials(request: IncomingMessage): string | undefined {
  return request.headers['proxy-authorization']
}
