import { connect, type Socket } from 'node:net'
import { type Dispatcher, ProxyAgent, request, Socks5ProxyAgent } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FailoverReport, withFailover } from './failover.ts'
import type { FailureReason } from './outcome.ts'
import { type EgressProxy, type ProxyInput, proxyUrl } from './proxy.ts'
import { ProxyScorer } from './scorer.ts'
import { httpProxy } from './testing/http-proxy.ts'
import { seededRandom } from './testing/random.ts'
import { closedPort, LOOPBACK_CERT, raw, site, type TestServer } from './testing/servers.ts'
import { socks5Server } from './testing/socks5-server.ts'

const LOGIN = { username: 'me', password: 'p@ss:w%rd' }
const BODY = 'x'.repeat(200_000)
let web: TestServer
let secureWeb: TestServer
let good: TestServer
let opened: TestServer[] = []

beforeAll(async () => {
  web = await site((_, response) => response.end(BODY))
  secureWeb = await site((_, response) => response.end(BODY), true)
  good = await httpProxy(LOGIN)
})
afterEach(async () => {
  for (const server of opened) await server[Symbol.asyncDispose]()
  opened = []
})
afterAll(async () => {
  for (const server of [good, secureWeb, web]) await server[Symbol.asyncDispose]()
})

/** As a caller would do it: undici's own agents, with all that they need and nothing more. */
async function download(
  proxy: EgressProxy | null,
  options: { url: string; proxyTls: object | undefined; timeoutMs: number },
): Promise<string> {
  if (proxy === null) throw new Error('no direct connection was asked for')
  const { url, proxyTls, timeoutMs } = options
  const tls = { requestTls: { ca: LOOPBACK_CERT }, ...(proxyTls === undefined ? {} : { proxyTls }) }
  const agent: Dispatcher =
    proxy.protocol === 'socks5'
      ? new Socks5ProxyAgent(proxyUrl(proxy), tls)
      : new ProxyAgent({ uri: proxyUrl(proxy), proxyTunnel: true, ...tls })
  try {
    const { body } = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(timeoutMs) })
    return await body.text()
  } finally {
    void agent.destroy().catch(() => {})
  }
}

interface ChainOptions {
  readonly secure?: boolean
  readonly proxyTls?: object
  readonly checkBody?: boolean
  /** Of the bad proxy's try. */
  readonly timeoutMs?: number
}

/** A fleet of one bad proxy, which is tried first, and one good one. */
async function chain(bad: Partial<ProxyInput> & { port: number }, options: ChainOptions) {
  const { secure = false, proxyTls, checkBody = false, timeoutMs = 10_000 } = options
  const scorer = new ProxyScorer({
    random: seededRandom(1),
    proxies: [
      { id: 'bad', host: '127.0.0.1', tags: ['first'], ...bad },
      { id: 'good', host: '127.0.0.1', port: good.port, ...LOGIN },
    ],
  })
  const reports: FailoverReport[] = []
  const url = secure ? `https://127.0.0.1:${secureWeb.port}/` : `http://127.0.0.1:${web.port}/`
  const body = await withFailover(
    scorer,
    async ({ proxy, lease }) => {
      const text = await download(proxy, { url, proxyTls, timeoutMs: proxy?.id === 'bad' ? timeoutMs : 10_000 })
      if (!checkBody || text === BODY) return text
      lease?.fail('bad_answer')
      throw new Error('not what the site sends')
    },
    { groups: [{ tags: ['first'] }, {}], onAttempt: (report) => reports.push(report) },
  )
  expect(body).toBe(BODY)
  expect(scorer.leased).toBe(0)
  const counted = Object.fromEntries(scorer.scores().map((s) => [s.proxyId, `${Math.round(s.successes)} of ${s.uses}`]))
  expect(counted).toEqual({ bad: '0 of 1', good: '1 of 1' })
  return reports.map(({ proxyId, reason }) => [proxyId, reason])
}

async function up(server: Promise<TestServer>): Promise<number> {
  const ready = await server
  opened.push(ready)
  return ready.port
}

interface BadProxy {
  readonly that: string
  readonly is: FailureReason
  readonly server: () => Promise<TestServer>
  readonly proxy?: Partial<ProxyInput>
  readonly options?: ChainOptions
}

const https = { protocol: 'https' } as const
const socks5 = { protocol: 'socks5' } as const
const wrongLogin = { username: 'me', password: 'wrong' }
const trusted = { proxyTls: { ca: LOOPBACK_CERT } }
const hasty = { timeoutMs: 300 }

const BAD: readonly BadProxy[] = [
  { that: 'nobody listens on', is: 'refused_connection', server: () => closedPort() },
  { that: 'nobody listens on for SOCKS', is: 'refused_connection', server: () => closedPort(), proxy: socks5 },
  { that: 'nobody vouches for', is: 'tls', server: () => httpProxy({ tls: true }), proxy: https },
  {
    that: 'has a certificate for another name',
    is: 'tls',
    server: () => httpProxy({ tls: true }),
    proxy: https,
    options: { proxyTls: { ca: LOOPBACK_CERT, servername: 'other.test' } },
  },
  { that: 'should speak TLS and does not', is: 'tls', server: () => httpProxy(), proxy: https, options: trusted },
  { that: 'speaks TLS and should not', is: 'reset', server: () => httpProxy({ tls: true }) },
  { that: 'hangs', is: 'timeout', server: () => raw((socket) => socket.resume()), options: hasty },
  {
    that: 'hangs behind its tunnel',
    is: 'timeout',
    server: () => raw(answering('HTTP/1.1 200 OK\r\n\r\n')),
    options: hasty,
  },
  { that: 'wants another login', is: 'auth', server: () => httpProxy(LOGIN), proxy: wrongLogin },
  {
    that: 'wants another login for SOCKS',
    is: 'auth',
    server: () => socks5Server(LOGIN),
    proxy: { ...socks5, ...wrongLogin },
  },
  { that: 'hangs up', is: 'reset', server: () => raw((socket) => socket.once('data', () => socket.destroy())) },
  { that: 'is killed in the middle of a transfer', is: 'reset', server: () => raw(tunnel(killLate)) },
  {
    that: 'is killed in the middle of a TLS transfer',
    is: 'reset',
    server: () => raw(tunnel(killLate)),
    options: { secure: true },
  },
  { that: 'speaks nonsense', is: 'bad_answer', server: () => raw(answering('220 smtp ready\r\n')) },
  {
    that: 'corrupts what it carries',
    is: 'bad_answer',
    server: () => raw(tunnel((data, socket) => socket.write(flipped(data)))),
    options: { checkBody: true },
  },
  // undici tells no more than that the connection ended.
  { that: 'corrupts TLS', is: 'reset', server: () => raw(tunnel(corruptLate)), options: { secure: true } },
]

describe('a failover chain over real proxies', () => {
  it.each(BAD)('goes on after one that $that: $is', async ({ is, server, proxy, options = {} }) => {
    const port = await up(server())
    expect(await chain({ port, ...proxy }, options)).toEqual([
      ['bad', is],
      ['good', null],
    ])
  })

  it('does not go on when the site’s own certificate is bad', async () => {
    const scorer = new ProxyScorer({ proxies: [{ host: '127.0.0.1', port: good.port, ...LOGIN }] })
    let tries = 0
    const chain = withFailover(scorer, async ({ proxy }) => {
      tries += 1
      const agent = new ProxyAgent(proxyUrl(proxy as EgressProxy))
      return request(`https://127.0.0.1:${secureWeb.port}/`, { dispatcher: agent }).finally(() => agent.destroy())
    })
    await expect(chain).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect([tries, scorer.scores()[0]?.uses]).toEqual([1, 0])
  })
})

function answering(text: string): (socket: Socket) => void {
  return (socket) => socket.once('data', () => socket.write(text))
}

/** A tunnel that does as it likes with what the site sends. */
function tunnel(onData: (data: Buffer, socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', (head) => {
      const port = Number(/CONNECT 127\.0\.0\.1:(\d+)/.exec(head.toString())?.[1])
      const upstream = connect(port, '127.0.0.1')
      upstream.on('error', () => socket.destroy())
      socket.on('close', () => upstream.destroy())
      upstream.on('end', () => socket.end())
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(upstream)
      upstream.on('data', (data: Buffer) => onData(data, socket))
    })
  }
}

/** Lets the handshake pass, and cuts the answer off. */
function killLate(data: Buffer, socket: Socket): void {
  if (data.length < 9000) socket.write(data)
  else socket.write(data.subarray(0, 5000), () => socket.destroy())
}

function corruptLate(data: Buffer, socket: Socket): void {
  socket.write(data.length < 9000 ? data : flipped(data))
}

function flipped(data: Buffer): Buffer {
  const copy = Buffer.from(data)
  const at = copy.length - 50
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
