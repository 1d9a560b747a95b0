import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GateLease } from './lease.ts'
import type { GateFault } from './record.ts'
import { type Misbehaviour, startProxy } from './testing/fixture-proxy.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'

const listener: RequestListener = (req, res) => {
  if (req.url === '/reset') {
    res.writeHead(200, { 'content-length': 1000 })
    res.write('half of it', () => req.socket.resetAndDestroy())
  } else if (req.url === '/cut') {
    res.writeHead(200, { 'content-length': 1000 })
    res.write('half of it', () => req.socket.destroy())
  } else if (req.url === '/never') {
    // No answer, ever.
  } else if (req.url === '/garbage') req.socket.end('HTTP/1.1 banana\r\n\r\n')
  else if (req.url === '/smuggled') {
    req.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
  } else if (req.url === '/coded') {
    req.socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n')
  } else res.end('fine')
}

let gate: TestGate
/** For what would take the usual time-outs; nothing else may depend on how fast this machine is. */
let impatient: TestGate
let site: Site
beforeAll(async () => {
  gate = await startGate()
  impatient = await startGate({ connectTimeoutMs: 200, responseTimeoutMs: 200 })
  site = await startSite(listener)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await impatient[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** Sends one request that cannot be answered in full, and gives what the gate says about it. */
async function faultOf(lease: GateLease, url: string, by = gate): Promise<GateFault | undefined> {
  const answer = by.send(lease, url).then(async (response) => `${response.statusCode} ${await bodyOf(response)}`)
  await expect(answer).rejects.toThrow()
  await until(() => lease.records.length > 0)
  expect(lease.records.at(-1)).toMatchObject({ verdict: 'faulted', code: lease.outcome().faults.at(-1)?.code })
  return lease.outcome().faults.at(-1)
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('a fault of the proxy is told from anything the site says, before anything was forwarded', () => {
  const status =
    (line: string): Misbehaviour =>
    (socket) =>
      socket.end(`HTTP/1.1 ${line}\r\nContent-Length: 5\r\n\r\nsorry`)
  const cases: [string, Misbehaviour | undefined, Partial<GateFault>][] = [
    ['it resets', (socket) => socket.resetAndDestroy(), { code: 'PROXY_RESET', cause: 'ECONNRESET' }],
    ['it hangs up', (socket) => socket.destroy(), { code: 'PROXY_RESET' }],
    ['403', status('403 Forbidden'), { code: 'PROXY_TUNNEL_REFUSED', status: 403 }],
    ['429', status('429 Too Many Requests'), { code: 'PROXY_TUNNEL_REFUSED', status: 429 }],
    ['502', status('502 Bad Gateway'), { code: 'PROXY_TUNNEL_REFUSED', status: 502 }],
    ['a redirect', status('302 Found'), { code: 'PROXY_TUNNEL_REFUSED', status: 302 }],
    ['it speaks no HTTP', (socket) => socket.end('SSH-2.0-banana\r\n'), { code: 'PROXY_PROTOCOL_ERROR' }],
  ]

  test.each(cases)('%s', async (_name, misbehave, expected) => {
    await using proxy = await startProxy(misbehave)
    await using lease = await gate.lease(site.origin, { proxy: proxy.proxy })
    const before = site.arrived.length
    const fault = await faultOf(lease, `${site.origin}/`)
    expect(fault).toMatchObject({ phase: 'connect', proxyFault: true, origin: site.origin, ...expected })
    expect(lease.outcome()).toMatchObject({ forwarded: 0, refusals: [] })
    expect(site.arrived).toHaveLength(before)
  })

  test('it is silent', async () => {
    await using proxy = await startProxy(() => {})
    await using lease = await impatient.lease(site.origin, { proxy: proxy.proxy })
    const fault = await faultOf(lease, `${site.origin}/`, impatient)
    expect(fault).toMatchObject({ code: 'PROXY_TIMEOUT', phase: 'connect', proxyFault: true })
  })

  test('wrong credentials', async () => {
    await using proxy = await startProxy()
    await using lease = await gate.lease(site.origin, { proxy: { ...proxy.proxy, password: 'wrong' } })
    const fault = await faultOf(lease, `${site.origin}/`)
    expect(fault).toMatchObject({ code: 'PROXY_AUTH_REJECTED', status: 407, phase: 'connect', proxyFault: true })
  })

  test('nobody listens', async () => {
    const proxy = { id: 'p', protocol: 'http', host: '127.0.0.1', port: await closedPort() } as const
    await using lease = await gate.lease(site.origin, { proxy })
    const fault = await faultOf(lease, `${site.origin}/`)
    expect(fault).toMatchObject({ code: 'PROXY_REFUSED', cause: 'ECONNREFUSED', phase: 'connect', proxyFault: true })
  })
})

describe('a site that cannot be reached', () => {
  const DAY_MS = 86_400_000
  const now = Date.now()

  test('nobody listens', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`
    await using lease = await gate.lease(origin)
    expect(await faultOf(lease, `${origin}/`)).toMatchObject({
      code: 'TARGET_REFUSED',
      phase: 'connect',
      proxyFault: false,
    })
  })

  const untrusted = credentials()
  const expired = credentials({ notAfter: now - DAY_MS, notBefore: now - 2 * DAY_MS })
  const early = credentials({ notBefore: now + DAY_MS, notAfter: now + 2 * DAY_MS })
  const otherName = credentials({ altNames: ['example.test'] })
  const otherAddress = credentials({ altNames: ['127.0.0.2', 'localhost'] })
  trust(expired.cert, early.cert, otherName.cert, otherAddress.cert)
  const certificates = [
    ['a self-signed certificate', untrusted, '127.0.0.1', 'TARGET_TLS_UNTRUSTED'],
    ['an expired certificate', expired, '127.0.0.1', 'TARGET_TLS_EXPIRED'],
    ['a certificate of tomorrow', early, '127.0.0.1', 'TARGET_TLS_EXPIRED'],
    ['a certificate for another name', otherName, 'localhost', 'TARGET_TLS_WRONG_HOST'],
    ['a certificate for another address', otherAddress, '127.0.0.1', 'TARGET_TLS_WRONG_HOST'],
  ] as const

  test.each(certificates)('%s', async (_name, tls, host, code) => {
    await using secure = await startSite((_req, res) => res.end(), { tls })
    const origin = `https://${host}:${secure.port}`
    await using lease = await gate.lease(origin)
    expect(await faultOf(lease, `${origin}/`)).toMatchObject({ code, phase: 'connect', proxyFault: false })
    expect(secure.arrived).toEqual([])
  })

  test('TLS that is none', async () => {
    await using lease = await gate.lease(`https://127.0.0.1:${site.port}`)
    const fault = await faultOf(lease, `https://127.0.0.1:${site.port}/`)
    expect(fault).toMatchObject({ code: 'TARGET_TLS_FAILED', phase: 'connect' })
  })

  test('TLS that never comes', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const address = silent.address()
    const origin = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    await using lease = await impatient.lease(origin)
    expect(await faultOf(lease, `${origin}/`, impatient)).toMatchObject({ code: 'TARGET_TIMEOUT', phase: 'connect' })
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
})

describe('a site that breaks off after the request has left', () => {
  const cases = [
    ['it resets mid-transfer', '/reset', 'RESPONSE_RESET'],
    ['it closes mid-transfer', '/cut', 'RESPONSE_RESET'],
    ['it speaks no HTTP', '/garbage', 'RESPONSE_MALFORMED'],
    ['it codes its body for the gate alone', '/coded', 'RESPONSE_MALFORMED'],
    ['it gives two lengths', '/smuggled', 'RESPONSE_MALFORMED'],
  ] as const

  test.each(cases)('%s', async (_name, path, code) => {
    await using proxy = await startProxy()
    for (const options of [{}, { proxy: proxy.proxy }]) {
      await using lease = await gate.lease(site.origin, options)
      expect(await faultOf(lease, site.origin + path)).toMatchObject({
        code,
        phase: 'exchange',
        proxyFault: false,
        path,
      })
      expect(lease.outcome().forwarded).toBe(1)
    }
  })
})

test('a site that never answers', async () => {
  await using lease = await impatient.lease(site.origin)
  const fault = await faultOf(lease, `${site.origin}/never`, impatient)
  expect(fault).toMatchObject({ code: 'RESPONSE_TIMEOUT', phase: 'exchange', proxyFault: false })
})

test('a browser that aborts is nobody’s fault, before an answer and within one', async () => {
  await using lease = await gate.lease(site.origin)
  const arrived = site.arrived.length
  const given = gate.send(lease, `${site.origin}/never`, {
    with: (sent) => {
      sent.end()
      void until(() => site.arrived.length > arrived).then(() => sent.destroy())
    },
  })
  await expect(given).rejects.toThrow()
  await until(() => lease.records.length === 1)
  expect(lease.records[0]).toMatchObject({ code: 'CLIENT_ABORTED' })
  expect(lease.outcome()).toMatchObject({ faults: [], forwarded: 1 })
})

test('after every fault the gate lives on', async () => {
  await using lease = await gate.lease(site.origin)
  expect(String(await bodyOf(await gate.send(lease, `${site.origin}/`)))).toBe('fine')
})
