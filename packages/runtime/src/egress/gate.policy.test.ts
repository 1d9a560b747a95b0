import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { authorise } from './authorisation.ts'
import { type GateLease, RECORDS_KEPT } from './lease.ts'
import type { GateRecord, RefusalReport } from './record.ts'
import { type Site, startSite } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'
import { openTunnel } from './tunnel.ts'

const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const REFUSALS: Record<string, [number, Record<string, string>]> = {
  '/403': [403, {}],
  '/429': [429, { 'retry-after': '90' }],
}
const listener: RequestListener = (req, res) => {
  const [status, headers] = REFUSALS[req.url ?? ''] ?? [200, {}]
  res.writeHead(status, headers).end('site')
}

let harness: TestGate
let site: Site
let stranger: Site
let lease: GateLease
let refusedNavigations: GateRecord[]
let siteRefusals: RefusalReport[]

beforeAll(async () => {
  harness = await startGate()
  site = await startSite(listener)
  stranger = await startSite(listener)
})
afterAll(async () => {
  await harness[Symbol.asyncDispose]()
  expect(stranger.arrived).toEqual([])
  await stranger[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})
beforeEach(async () => {
  refusedNavigations = []
  siteRefusals = []
  site.arrived.length = 0
  lease = await harness.lease(site.origin, {
    onRefusedNavigation: (record) => refusedNavigations.push(record),
    onSiteRefusal: (report) => siteRefusals.push(report),
  })
})
afterEach(async () => {
  await lease.close()
})

describe('only the granted origin is reachable', () => {
  test.each([
    ['another port', () => stranger.origin],
    ['another name for it', () => site.origin.replace('127.0.0.1', 'localhost')],
    ['another address of loopback', () => site.origin.replace('127.0.0.1', '127.0.0.2')],
    ['https instead of http', () => site.origin.replace('http:', 'https:')],
    ['anywhere else', () => 'http://site.invalid'],
  ])('not %s: refused, recorded, told apart from the site', async (_name, origin) => {
    const url = `${origin()}/path?secret=1`
    const response = await harness.send(lease, url, { method: 'PUT', body: 'x' })
    expect([response.statusCode, response.headers['x-refbot-gate']]).toEqual([403, 'refused'])
    expect(lease.records).toMatchObject([
      {
        method: 'PUT',
        origin: origin(),
        path: '/path',
        verdict: 'refused',
        rule: 'origin_not_granted',
        runId: 'run-1',
      },
    ])
    expect(lease.records[0]).not.toHaveProperty('status')
    expect(lease.outcome()).toEqual({ faults: [], refusals: [], forwarded: 0, refused: 1, localPorts: [] })
  })

  test('not by a WebSocket either', async () => {
    const door = { port: harness.gate.port, certificatePem: harness.identity.certificatePem }
    const socket = await openTunnel(door, lease.server, stranger.origin)
    const client = new WebSocket(stranger.origin.replace('http', 'ws'), { createConnection: () => socket })
    const [error] = await once(client, 'error')
    expect(String(error)).toContain('403')
    expect(lease.records).toMatchObject([{ verdict: 'refused', rule: 'origin_not_granted' }])
  })

  test('a top-level navigation elsewhere is reported; a part of a page, a frame or a prefetch is not', async () => {
    const headers = [
      NAVIGATION,
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' },
    ]
    for (const each of headers) await harness.send(lease, `${stranger.origin}/`, { headers: each })
    expect(lease.outcome().refused).toBe(4)
    expect(refusedNavigations).toMatchObject([
      { origin: stranger.origin, navigation: true, rule: 'origin_not_granted' },
    ])
  })
})

describe('a connection belongs to the lease that it names', () => {
  const greeting = async (servername: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: harness.gate.port, servername, rejectUnauthorized: false })
    socket.on('error', () => {})
    socket.write(`GET ${site.origin}/ HTTP/1.1\r\nHost: ${new URL(site.origin).host}\r\nConnection: close\r\n\r\n`)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    await once(socket, 'close')
    return String(Buffer.concat(chunks)).split('\r\n')[0] ?? ''
  }
  const nameOf = ({ server }: GateLease): string => new URL(server).hostname

  test('its own name is known', async () => {
    expect(await greeting(nameOf(lease))).toBe('HTTP/1.1 200 OK')
    expect(site.arrived).toEqual(['GET /'])
  })

  test.each([
    ['no name', () => ''],
    ['the name of contexts without a lease', () => 'none.gate.invalid'],
    ['a lease without its secret', () => `${lease.id}.gate.invalid`],
    ['a wrong secret', () => nameOf(lease).replace(/-./, (start) => (start === '-0' ? '-1' : '-0'))],
    ['another zone', () => nameOf(lease).replace('gate.invalid', 'gate.test')],
    ['something before it', () => `x.${nameOf(lease)}`],
  ])('%s is not: closed unread', async (_name, servername) => {
    const before = harness.gate.strangers
    expect(await greeting(servername())).toBe('')
    expect(harness.gate.strangers).toBe(before + 1)
    expect(site.arrived).toEqual([])
  })

  test('another run’s lease reaches that run’s target, in that run’s name, and not this one’s', async () => {
    await using other = await harness.lease(stranger.origin, { runId: 'run-2' })
    const response = await harness.send(other, `${site.origin}/`)
    expect(response.statusCode).toBe(403)
    expect(other.records).toMatchObject([{ runId: 'run-2', rule: 'origin_not_granted' }])
    expect(lease.records).toEqual([])
  })

  test('a closed lease is unknown, and its connections are gone', async () => {
    const open = connect({
      host: '127.0.0.1',
      port: harness.gate.port,
      servername: nameOf(lease),
      rejectUnauthorized: false,
    })
    await once(open, 'secureConnect')
    open.resume()
    open.on('error', () => {})
    const gone = once(open, 'close')
    await lease.close()
    await gone
    expect(await greeting(nameOf(lease))).toBe('')
  })
})

describe('a refusal of the site itself is recognised', () => {
  const cases = [
    ['/403', 'GET', NAVIGATION, 'challenged'],
    ['/429', 'GET', NAVIGATION, 'rate_limited'],
    ['/403', 'POST', {}, 'challenged'],
    ['/429', 'POST', {}, 'rate_limited'],
    ['/403', 'GET', {}, undefined],
    ['/429', 'GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, undefined],
    ['/403', 'OPTIONS', {}, undefined],
    ['/fine', 'POST', {}, undefined],
  ] as const

  test.each(cases)('%s %s %j: %s', async (path, method, headers, kind) => {
    await bodyOf(await harness.send(lease, site.origin + path, { method, headers }))
    await until(() => lease.records.length === 1)
    expect(lease.records[0]?.refusal).toBe(kind)
    expect(lease.records[0]?.verdict).toBe('forwarded')
    const waits = path === '/429' ? { retryAfterMs: 90_000 } : {}
    const expected = kind === undefined ? [] : [{ kind, status: Number(path.slice(1)), origin: site.origin, ...waits }]
    expect(lease.outcome().refusals).toMatchObject(expected)
    expect(siteRefusals).toEqual(lease.outcome().refusals)
  })
})

test('a proxy that is not on this machine is refused for a target that is', async () => {
  const target = await authorise(site.origin)
  for (const host of ['192.0.2.1', 'proxy.example', 'localhost.', '0.0.0.0', '::ffff:127.0.0.1']) {
    const proxy = { id: 'p', protocol: 'http', host, port: 8080 } as const
    const open = () => harness.gate.openLease({ runId: 'r', target, proxy, userAgentToken: 'RefBot/1' })
    expect(open).toThrowError(expect.objectContaining({ code: 'PROXY_NOT_LOOPBACK' }))
  }
})

test('a hundred requests are under way at the same time', async () => {
  const waiting: (() => void)[] = []
  await using busy = await startSite((_req, res) => {
    waiting.push(() => res.end('done'))
    if (waiting.length === 100) for (const answer of waiting) answer()
  })
  await using crowd = await harness.lease(busy.origin)
  const answers = Array.from({ length: 100 }, async (_, i) => bodyOf(await harness.send(crowd, `${busy.origin}/${i}`)))
  expect((await Promise.all(answers)).map(String)).toEqual(Array.from({ length: 100 }, () => 'done'))
  expect(crowd.outcome()).toMatchObject({ faults: [], forwarded: 100 })
})

test('records are bounded, and each is handed on', async () => {
  const seen: GateRecord[] = []
  await using noisy = await harness.lease(site.origin, { onRecord: (record) => seen.push(record) })
  const servername = new URL(noisy.server).hostname
  const socket = connect({ host: '127.0.0.1', port: harness.gate.port, servername, rejectUnauthorized: false })
  socket.resume()
  const request = `GET ${site.origin}/ HTTP/1.1\r\nHost: ${new URL(site.origin).host}\r\n\r\n`
  socket.write(request.repeat(RECORDS_KEPT + 5))
  await until(() => seen.length === RECORDS_KEPT + 5)
  expect(noisy.records).toEqual(seen.slice(5))
  socket.destroy()
})
