import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { close, listen } from '../listen.ts'
import { temporaryFolder } from '../test-support.ts'
import { readAccessLog } from './access-log.ts'
import { type ProxySettings, type ProxyTools, serveProxy } from './server.ts'

const credentials = `Basic ${Buffer.from('ada:secret').toString('base64')}`
const authorised = { 'proxy-authorization': credentials }

/** A proxy, and a site that answers each request with what it got. */
async function open(settings: Partial<ProxySettings> = {}, tools: Partial<ProxyTools> = {}) {
  const folder = temporaryFolder()
  const logFile = folder.file('access.ndjson')
  const seen: { url: string; headers: IncomingHttpHeaders }[] = []
  const site = createServer(async (incoming, response) => {
    seen.push({ url: incoming.url ?? '', headers: incoming.headers })
    if (incoming.url === '/hang-up') return void incoming.socket.destroy()
    if (incoming.url === '/silent') return
    let body = ''
    for await (const chunk of incoming) body += String(chunk)
    response.writeHead(200, { 'x-site': 'yes', 'keep-alive': 'timeout=9' }).end(`${incoming.method} ${body}`)
  })
  const sitePort = await listen(site, 0)
  const proxy = await serveProxy(
    { port: 0, username: 'ada', password: 'secret', logFile, fault: 'none', latencyMs: 0, ...settings },
    { now: Date.now, sleep: () => Promise.resolve(), ...tools },
  )
  return {
    proxy,
    site: `127.0.0.1:${sitePort}`,
    seen,
    log: () => readAccessLog(logFile),
    closedLog: async () => {
      await expect.poll(() => readAccessLog(logFile).every(({ closed }) => closed)).toBe(true)
      return readAccessLog(logFile)
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await close(site)
      folder[Symbol.dispose]()
    },
  }
}

type Answer = { response: IncomingMessage; socket: Socket }

async function askTunnel(
  port: number,
  authority: string,
  headers: Record<string, string> = authorised,
): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority, headers, agent: false }).end()
  const [response, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket]
  socket.on('error', () => {})
  return { response, socket }
}

/** A request in absolute form; the body of the answer is read. */
async function ask(
  port: number,
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const { method = 'GET', headers = authorised, body } = options
  const asked = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }).end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, headers: response.headers, text }
}

/** What one HTTP request over an open tunnel is answered with. */
async function over(socket: Socket, path = '/'): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

describe('CONNECT', () => {
  it('carries what is said to the target, and logs the decision before it answers', async () => {
    await using world = await open()
    const { response, socket } = await askTunnel(world.proxy.port, world.site, {
      ...authorised,
      'X-RefBot-Lease': 'lease-9',
    })
    expect(response.statusCode).toBe(200)
    expect(world.log()).toMatchObject([
      {
        method: 'CONNECT',
        authority: world.site,
        verdict: 'forwarded',
        status: 200,
        lease: 'lease-9',
        closed: false,
        bytesUp: 0,
      },
    ])
    const client = `127.0.0.1:${socket.localPort}`
    expect(await over(socket)).toContain('GET ')
    const [entry] = await world.closedLog()
    expect(entry).toMatchObject({ verdict: 'forwarded', status: 200, lease: 'lease-9' })
    expect(entry?.bytesUp).toBeGreaterThan(40)
    expect(entry?.bytesDown).toBeGreaterThan(40)
    expect(entry?.client).toBe(client)
  })

  it('logs nothing of what goes through', async () => {
    await using world = await open()
    const { socket } = await askTunnel(world.proxy.port, world.site)
    await over(socket, '/secret-path')
    expect(world.seen.map(({ url }) => url)).toEqual(['/secret-path'])
    expect(JSON.stringify(await world.closedLog())).not.toContain('secret-path')
  })

  it('takes bytes that come along with the request', async () => {
    await using world = await open()
    const socket = connect({ port: world.proxy.port, host: '127.0.0.1' })
    socket.write(
      `CONNECT ${world.site} HTTP/1.1\r\nHost: ${world.site}\r\nProxy-Authorization: ${credentials}\r\n\r\n` +
        'GET /early HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n',
    )
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK/)
    expect(world.seen.map(({ url }) => url)).toEqual(['/early'])
  })

  it.each([
    ['no credentials', 'SITE', {}, 407, 'unauthorised'],
    ['wrong credentials', 'SITE', { 'proxy-authorization': 'Basic eDp5' }, 407, 'unauthorised'],
    ['a target that is not loopback', 'example.com:443', authorised, 403, 'refused'],
    ['no port', 'localhost', authorised, 400, 'refused'],
  ] as const)('answers %s', async (_, authority, headers, status, verdict) => {
    await using world = await open()
    const { response, socket } = await askTunnel(world.proxy.port, authority.replace('SITE', world.site), headers)
    expect(response.statusCode).toBe(status)
    expect(response.headers['proxy-authenticate']).toEqual(
      status === 407 ? expect.stringMatching(/^Basic realm=/) : undefined,
    )
    await once(socket.resume(), 'close')
    expect(world.log()).toMatchObject([{ verdict, status, closed: true, bytesUp: 0, bytesDown: 0 }])
    expect(world.seen).toEqual([])
  })

  it('answers 502 for a target that takes no connection', async () => {
    const unused = createServer()
    const port = await listen(unused, 0)
    await close(unused)
    await using world = await open()
    const { response } = await askTunnel(world.proxy.port, `localhost:${port}`)
    expect(response.statusCode).toBe(502)
    expect(world.log()).toMatchObject([{ verdict: 'unreachable', status: 502, closed: true }])
  })

  it('reaches a site by the name localhost', async () => {
    await using world = await open()
    const { response, socket } = await askTunnel(world.proxy.port, world.site.replace('127.0.0.1', 'localhost'))
    expect(response.statusCode).toBe(200)
    expect(await over(socket)).toContain('200 OK')
  })
})

describe('a request in absolute form', () => {
  it('is forwarded without what is meant for the proxy', async () => {
    await using world = await open()
    const headers = {
      ...authorised,
      'X-RefBot-Lease': 'lease-1',
      'X-RefBot-Run': 'run-1',
      'proxy-connection': 'keep-alive',
    }
    const answer = await ask(world.proxy.port, `http://${world.site}/path?q=1`, {
      method: 'POST',
      headers,
      body: 'hello',
    })
    expect(answer).toMatchObject({ status: 200, text: 'POST hello', headers: { 'x-site': 'yes' } })
    expect(answer.headers['keep-alive']).not.toBe('timeout=9')
    const [got] = world.seen
    expect(got).toMatchObject({ url: '/path?q=1', headers: { host: world.site, 'x-refbot-run': 'run-1' } })
    for (const name of ['proxy-authorization', 'proxy-connection', 'x-refbot-lease'])
      expect(got?.headers).not.toHaveProperty(name)
    expect(await world.closedLog()).toMatchObject([
      {
        method: 'POST',
        authority: world.site,
        verdict: 'forwarded',
        status: 200,
        lease: 'lease-1',
        bytesUp: 5,
        bytesDown: 10,
      },
    ])
    expect(JSON.stringify(world.log())).not.toContain('path')
  })

  it.each([
    ['no credentials', 'http://SITE/', {}, 407, 'unauthorised'],
    ['another host', 'http://example.com/', authorised, 403, 'refused'],
    ['a path alone', '/', authorised, 400, 'refused'],
    ['https', 'https://SITE/', authorised, 400, 'refused'],
  ] as const)('with %s is refused', async (_, url, headers, status, verdict) => {
    await using world = await open()
    expect(await ask(world.proxy.port, url.replace('SITE', world.site), { headers })).toMatchObject({ status })
    expect(world.log()).toMatchObject([{ verdict, status, closed: true }])
    expect(world.seen).toEqual([])
  })

  it('is answered 502 when the site hangs up', async () => {
    await using world = await open()
    expect(await ask(world.proxy.port, `http://${world.site}/hang-up`)).toMatchObject({ status: 502 })
    expect(world.log()).toMatchObject([{ verdict: 'unreachable', status: 502 }])
  })

  it('has no status when the client leaves before the site answers', async () => {
    await using world = await open()
    const path = `http://${world.site}/silent`
    const asked = request({ host: '127.0.0.1', port: world.proxy.port, path, headers: authorised, agent: false }).end()
    asked.on('error', () => {})
    await expect.poll(() => world.seen.length).toBe(1)
    asked.destroy()
    await expect.poll(() => world.log()).toMatchObject([{ verdict: 'forwarded', status: 0, closed: true }])
  })
})

describe('fault', () => {
  it('refuse-half: refuses the first of every two before it is forwarded', async () => {
    await using world = await open({ fault: 'refuse-half' })
    const statuses: (number | undefined)[] = []
    for (const kind of ['tunnel', 'request', 'tunnel', 'request']) {
      if (kind === 'request') statuses.push((await ask(world.proxy.port, `http://${world.site}/`)).status)
      else {
        const { response, socket } = await askTunnel(world.proxy.port, world.site)
        socket.destroy()
        statuses.push(response.statusCode)
      }
    }
    expect(statuses).toEqual([503, 200, 503, 200])
    expect(world.seen).toHaveLength(2)
    expect(world.log().map(({ verdict }) => verdict)).toEqual(['refused', 'forwarded', 'refused', 'forwarded'])
  })

  it('slow: waits for each connection and each change of direction', async () => {
    const waits: number[] = []
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms)
      return Promise.resolve()
    }
    await using world = await open({ fault: 'slow', latencyMs: 70 }, { sleep })
    const { socket } = await askTunnel(world.proxy.port, world.site)
    expect(waits).toEqual([70])
    await over(socket)
    expect(waits).toEqual([70, 70, 70])
    await ask(world.proxy.port, `http://${world.site}/`)
    expect(waits).toHaveLength(5)
  })
})

it('ends while a tunnel is open and another waits, and logs the end', async () => {
  let slept = 0
  const sleep = (): Promise<void> => {
    slept += 1
    return slept === 1 ? Promise.resolve() : new Promise<void>(() => {})
  }
  await using world = await open({ fault: 'slow', latencyMs: 1 }, { sleep })
  const { socket } = await askTunnel(world.proxy.port, world.site)
  const waiting = request({
    host: '127.0.0.1',
    port: world.proxy.port,
    method: 'CONNECT',
    path: world.site,
    headers: authorised,
  })
  waiting.on('error', () => {}).end()
  await expect.poll(() => slept).toBe(2)
  const gone = once(socket.resume(), 'close')
  await world.proxy[Symbol.asyncDispose]()
  await gone
  expect(world.log().every(({ closed }) => closed)).toBe(true)
  expect(world.log()[0]).toMatchObject({ verdict: 'forwarded' })
})

it('names a port that is taken', async () => {
  using folder = temporaryFolder()
  await using world = await open()
  const settings = { port: world.proxy.port, username: 'ada', password: 'secret', fault: 'none', latencyMs: 0 } as const
  const again = serveProxy(
    { ...settings, logFile: folder.file('other.ndjson') },
    { now: Date.now, sleep: () => Promise.resolve() },
  )
  await expect(again).rejects.toMatchObject({ code: 'DEMO_PORT_BUSY' })
})
