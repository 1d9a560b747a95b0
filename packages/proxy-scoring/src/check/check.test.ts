import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProxy, type ProxyInput } from '../proxy.ts'
import { httpProxy } from '../testing/http-proxy.ts'
import { closedPort, LOOPBACK_CERT, raw, site, type TestServer } from '../testing/servers.ts'
import { socks5Server } from '../testing/socks5-server.ts'
import { type CheckOptions, checkProxies } from './check.ts'

const LOGIN = { username: 'me', password: 'p@ss:w%rd' }
const open: TestServer[] = []
const up = async <T extends TestServer>(server: Promise<T>): Promise<T> => {
  const ready = await server
  open.push(ready)
  return ready
}
let web: TestServer
let secureWeb: TestServer

beforeAll(async () => {
  web = await up(site())
  secureWeb = await up(site(undefined, true))
})
afterAll(async () => {
  for (const server of open.reverse()) await server[Symbol.asyncDispose]()
})

async function check(input: Partial<ProxyInput> & { port: number }, options: Partial<CheckOptions> = {}) {
  const proxy = createProxy({ host: '127.0.0.1', ...input })
  const url = `http://127.0.0.1:${web.port}/whoami`
  const [result] = await checkProxies([proxy], { url, timeoutMs: 5000, ...options })
  if (result === undefined) throw new Error('no result')
  return result
}

const secure = () => ({ url: `https://127.0.0.1:${secureWeb.port}/`, requestTls: { ca: LOOPBACK_CERT } })
const proxyTls = { ca: LOOPBACK_CERT }

describe('a working proxy', () => {
  it.each([
    ['HTTP', () => httpProxy(), {}],
    ['HTTP with a login', () => httpProxy(LOGIN), LOGIN],
    ['HTTPS with a login', () => httpProxy({ ...LOGIN, tls: true }), { ...LOGIN, protocol: 'https' as const }],
    ['SOCKS5', () => socks5Server(), { protocol: 'socks5' as const }],
    ['SOCKS5 with a login', () => socks5Server(LOGIN), { ...LOGIN, protocol: 'socks5' as const }],
  ])('of kind %s carries http and https', async (_, start, input) => {
    const server = await up(start())
    for (const options of [{}, secure()]) {
      const before = server.connections()
      const result = await check({ ...input, port: server.port }, { ...options, proxyTls })
      expect(result).toMatchObject({ ok: true, reason: null, status: 200, exitAddress: '127.0.0.1' })
      expect(server.connections()).toBe(before + 1)
      expect(result.connectMs).toBeGreaterThan(0)
      expect(result.totalMs).toBeGreaterThan(result.connectMs ?? Number.POSITIVE_INFINITY)
    }
  })
})

describe('a broken proxy', () => {
  it('on which nobody listens is refused_connection', async () => {
    const { port } = await up(closedPort())
    for (const protocol of ['http', 'https', 'socks5'] as const)
      expect(await check({ protocol, port })).toMatchObject({
        ok: false,
        reason: 'refused_connection',
        connectMs: null,
      })
  })

  it('that hangs is a timeout, at any stage', async () => {
    const silent = await up(raw(() => {}))
    const tunnel = await up(raw((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))))
    // Without asking directly first: on a busy machine that may take as long.
    const short = { timeoutMs: 200, control: false }
    for (const protocol of ['http', 'https', 'socks5'] as const)
      expect(await check({ protocol, port: silent.port }, short)).toMatchObject({ reason: 'timeout' })
    expect(await check({ port: tunnel.port }, short)).toMatchObject({ reason: 'timeout', status: null })
  })

  it('that wants another login is auth', async () => {
    const http = await up(httpProxy(LOGIN))
    const socks = await up(socks5Server(LOGIN))
    for (const login of [{}, { username: 'me', password: 'wrong' }]) {
      expect(await check({ port: http.port, ...login })).toMatchObject({ reason: 'auth' })
      expect(await check({ protocol: 'socks5', port: socks.port, ...login })).toMatchObject({ reason: 'auth' })
    }
  })

  it('that hangs up is reset, before the tunnel and in the middle of a transfer', async () => {
    const early = await up(raw((socket) => socket.once('data', () => socket.destroy())))
    expect(await check({ port: early.port })).toMatchObject({ reason: 'reset' })
    const big = await up(
      site((_, response) => response.writeHead(200, { 'content-length': 1e6 }).write('x'.repeat(1000))),
    )
    const killed = await up(raw(cutAfterFirstAnswer))
    const url = `http://127.0.0.1:${big.port}/`
    expect(await check({ port: killed.port }, { url, control: false, maxBodyBytes: 1e6 })).toMatchObject({
      reason: 'reset',
    })
  })

  it('whose certificate nobody vouches for is tls, and so is one that speaks none', async () => {
    const untrusted = await up(httpProxy({ tls: true }))
    expect(await check({ protocol: 'https', port: untrusted.port })).toMatchObject({ reason: 'tls', connectMs: null })
    const plain = await up(httpProxy())
    expect(await check({ protocol: 'https', port: plain.port }, { proxyTls })).toMatchObject({ reason: 'tls' })
  })

  it('that puts itself into the site’s TLS is tls', async () => {
    // It answers every tunnel from a site of its own, whose certificate the caller does not know.
    const proxy = await up(httpProxy())
    expect(await check({ port: proxy.port }, { url: secure().url, control: false })).toMatchObject({ reason: 'tls' })
  })

  it('that changes the answer, speaks nonsense or another protocol is bad_answer', async () => {
    const forging = await up(raw(forge))
    const expectPath = (answer: { body: string }) => answer.body.includes('/whoami')
    expect(await check({ port: forging.port }, { expect: expectPath })).toMatchObject({
      reason: 'bad_answer',
      status: 200,
    })
    const noise = await up(raw((socket) => socket.once('data', () => socket.write('220 smtp ready\r\n'))))
    expect(await check({ port: noise.port })).toMatchObject({ reason: 'bad_answer' })
    expect(await check({ protocol: 'socks5', port: noise.port })).toMatchObject({ reason: 'bad_answer' })
  })

  it('that can’t get out is unreachable once the URL is known to be up, and target otherwise', async () => {
    const dead = await up(raw((socket) => socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))))
    const socks = await up(socks5Server({ reply: 4 }))
    expect(await check({ port: dead.port })).toMatchObject({ reason: 'unreachable' })
    expect(await check({ protocol: 'socks5', port: socks.port })).toMatchObject({ reason: 'unreachable' })
    expect(await check({ port: dead.port }, { control: false })).toMatchObject({ reason: 'target' })
  })

  it('leaves no credentials in its result', async () => {
    const http = await up(httpProxy(LOGIN))
    const results = [
      await check({ port: http.port, username: 'me', password: 'hunter2' }),
      await check({ port: (await up(closedPort())).port, username: 'me', password: 'hunter2' }),
    ]
    expect(JSON.stringify(results)).not.toContain('hunter2')
  })
})

describe('a check', () => {
  it('runs so many at once and no more, tells its progress, and keeps the order', async () => {
    let now = 0
    let most = 0
    const slow = await up(
      site(async (_, response) => {
        now += 1
        most = Math.max(most, now)
        while (now < 3 && most < 3) await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        response.end('ok')
      }),
    )
    const server = await up(httpProxy())
    const proxies = Array.from({ length: 9 }, (_, i) =>
      createProxy({ id: `p${i}`, host: '127.0.0.1', port: server.port }),
    )
    const done: number[] = []
    const results = await checkProxies(proxies, {
      url: `http://127.0.0.1:${slow.port}/`,
      control: false,
      concurrency: 3,
      onProgress: (progress) => done.push(progress.done),
    })
    expect(most).toBe(3)
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(results.map((result) => result.proxyId)).toEqual(proxies.map((proxy) => proxy.id))
  })

  it('counts against no proxy when the URL itself is down', async () => {
    const server = await up(httpProxy())
    const url = `http://127.0.0.1:${(await up(closedPort())).port}/`
    await expect(check({ port: server.port }, { url })).rejects.toMatchObject({ code: 'PROXY_CHECK_URL_FAILS' })
    expect(server.connections()).toBe(0)
  })

  it('blames nobody for an expect that throws, and throws it itself when it does so without a proxy', async () => {
    const server = await up(httpProxy())
    const bug = new TypeError('bug')
    let calls = 0
    const expectAnswer = (last: number) => () => {
      calls += 1
      if (calls >= last) throw bug
      return true
    }
    const result = await check({ port: server.port }, { expect: expectAnswer(2) })
    expect(result).toMatchObject({ ok: false, reason: 'target', status: 200, totalMs: null, expectError: bug })
    calls = 0
    await expect(check({ port: server.port }, { expect: expectAnswer(1) })).rejects.toBe(bug)
  })

  it('ends at once when it is aborted, and leaves no connection', async () => {
    const sockets: Socket[] = []
    const silent = await up(raw((socket) => sockets.push(socket.resume())))
    const proxies = Array.from({ length: 5 }, (_, i) =>
      createProxy({ id: `p${i}`, host: '127.0.0.1', port: silent.port }),
    )
    const stop = new AbortController()
    const all = checkProxies(proxies, {
      url: `http://127.0.0.1:${web.port}/`,
      concurrency: 2,
      signal: stop.signal,
    })
    await expect.poll(() => sockets.length).toBe(2)
    stop.abort(new Error('enough'))
    await expect(all).rejects.toThrow('enough')
    await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, 'close')))
    expect(silent.connections()).toBe(2)
  })

  it.each([
    ['url', { url: 'ftp://x' }],
    ['url', { url: 'nonsense' }],
    ['concurrency', { concurrency: 0 }],
    ['timeoutMs', { timeoutMs: 0, control: false }],
    ['timeoutMs', { timeoutMs: Number.NaN, control: false }],
    ['timeoutMs', { timeoutMs: Number.POSITIVE_INFINITY, control: false }],
    ['timeoutMs', { timeoutMs: 2 ** 31, control: false }],
    ['maxBodyBytes', { maxBodyBytes: Number.NaN }],
  ])('refuses a wrong %s', async (name, options) => {
    await expect(check({ port: 1 }, options)).rejects.toMatchObject({
      code: 'PROXY_OPTION_INVALID',
      message: expect.stringContaining(name),
    })
  })
})

/** A tunnel that is cut as soon as the site has answered a little. */
function cutAfterFirstAnswer(socket: Socket): void {
  socket.once('data', (head) => {
    const port = Number(/CONNECT 127\.0\.0\.1:(\d+)/.exec(head.toString())?.[1])
    const upstream = connect(port, '127.0.0.1')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(upstream)
    socket.on('close', () => upstream.destroy())
    upstream.once('data', (data) => socket.write(data, () => socket.destroy()))
  })
}

/** A tunnel that ends here, with an answer of its own. */
function forge(socket: Socket): void {
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nads'))
  })
}
