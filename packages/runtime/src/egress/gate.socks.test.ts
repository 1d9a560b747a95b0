import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GateLease } from './lease.ts'
import type { UpstreamProxy } from './proxy.ts'
import type { GateFault } from './record.ts'
import { type FixtureSocks, startSocks } from './testing/fixture-socks.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'

let gate: TestGate
let socks: FixtureSocks
beforeAll(async () => {
  gate = await startGate()
  socks = await startSocks()
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await socks[Symbol.asyncDispose]()
})
beforeEach(() => {
  socks.asked.length = 0
  socks.reply = 0
})

async function ask(lease: GateLease, url: string): Promise<string> {
  return String(await bodyOf(await gate.send(lease, url)))
}

async function faultOf(origin: string, proxy: UpstreamProxy): Promise<GateFault | undefined> {
  await using lease = await gate.lease(origin, { proxy })
  await expect(ask(lease, `${origin}/`)).rejects.toThrow()
  await until(() => lease.records.length > 0)
  expect(lease.outcome().forwarded).toBe(0)
  return lease.outcome().faults[0]
}

describe('through a SOCKS 5 proxy with a password', () => {
  const tls = credentials()
  trust(tls.cert)

  test.each([
    ['http by address', '127.0.0.1', {}, '127.0.0.1'],
    ['http by name, which the proxy resolves', 'localhost', {}, 'localhost'],
    ['http by IPv6 address', '[::1]', { host: '::1' }, '0000:0000:0000:0000:0000:0000:0000:0001'],
    ['https by address', '127.0.0.1', { tls }, '127.0.0.1'],
    ['https by name', 'localhost', { tls }, 'localhost'],
  ])('%s', async (_name, host, options, asked) => {
    await using site: Site = await startSite((req, res) => res.end(`hello ${req.url}`), options)
    const origin = `${new URL(site.origin).protocol}//${host}:${site.port}`
    await using lease = await gate.lease(origin, { proxy: socks.proxy })
    expect(await ask(lease, `${origin}/there`)).toBe('hello /there')
    expect(socks.asked).toEqual([`${asked}:${site.port}`])
    expect(lease.outcome()).toMatchObject({ faults: [], forwarded: 1 })
  })
})

describe('its faults are told from the site', () => {
  const origin = 'http://127.0.0.1:9'

  test('wrong password', async () => {
    const fault = await faultOf(origin, { ...socks.proxy, password: 'wrong' })
    expect(fault).toMatchObject({ code: 'PROXY_AUTH_REJECTED', phase: 'connect', proxyFault: true })
  })

  test('no password where one is wanted', async () => {
    const { id, protocol, host, port } = socks.proxy
    const fault = await faultOf(origin, { id, protocol, host, port })
    expect(fault).toMatchObject({ code: 'PROXY_AUTH_REJECTED', phase: 'connect' })
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 91])('reply %s', async (reply) => {
    socks.reply = reply
    const fault = await faultOf(origin, socks.proxy)
    expect(fault).toMatchObject({ code: 'PROXY_TUNNEL_REFUSED', status: reply, phase: 'connect', proxyFault: true })
  })

  test.each([
    ['it speaks HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'PROXY_PROTOCOL_ERROR'],
    ['it hangs up', (socket: Socket) => socket.destroy(), 'PROXY_RESET'],
    ['it hangs up half-way', (socket: Socket) => socket.end(Buffer.of(5)), 'PROXY_RESET'],
    ['it resets', (socket: Socket) => socket.resetAndDestroy(), 'PROXY_RESET'],
    ['an address of no kind', (socket: Socket) => socket.write(Buffer.of(5, 0, 5, 0, 0, 9, 9)), 'PROXY_PROTOCOL_ERROR'],
  ])('%s', async (_name, misbehave, code) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => misbehave(socket))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const fault = await faultOf(origin, { id: 'p', protocol: 'socks5', host: '127.0.0.1', port })
    expect(fault).toMatchObject({ code, phase: 'connect', proxyFault: true })
    server.close()
  })
})
