import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OutgoingRequest } from './client.ts'
import type { GateLease } from './lease.ts'
import { type FixtureProxy, startProxy } from './testing/fixture-proxy.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'

const tls = credentials()
trust(tls.cert)

let harness: TestGate
let proxy: FixtureProxy
let site: Site
let lease: GateLease
beforeAll(async () => {
  harness = await startGate()
  proxy = await startProxy()
  site = await startSite(
    async (req, res) => {
      if (req.url === '/never') return
      if (req.url === '/posing') res.setHeader('X-RefBot-Gate', 'refused')
      if (req.url === '/moved') res.writeHead(302, 'Over There', { location: 'https://elsewhere.invalid/' })
      else
        res.writeHead(200, {
          'x-run': String(req.headers['x-refbot-run']),
          'x-agent': String(req.headers['user-agent']),
          'x-port': String(req.socket.remotePort),
        })
      res.end(`${req.method} ${await bodyOf(req)}`)
    },
    { tls },
  )
})
afterAll(async () => {
  await harness[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})
beforeEach(async () => {
  lease = await harness.lease(site.origin, { proxy: proxy.proxy })
})

const send = (outgoing: Partial<OutgoingRequest> = {}) =>
  harness.gate.client(lease).fetch({ url: `${site.origin}/`, ...outgoing })

test('a request without a browser is marked, chained and recorded as a page’s is', async () => {
  const answer = await send({ method: 'POST', body: 'hello', headers: { 'user-agent': 'mine' } })
  expect(String(await bodyOf(answer.body))).toBe('POST hello')
  expect(answer).toMatchObject({ status: 200, statusText: 'OK' })
  expect(answer.headers).toEqual(expect.arrayContaining(['x-run', 'run-1', 'x-agent', 'mine RefBot/9.9']))
  expect(proxy.asked).toContain(`127.0.0.1:${site.port}`)
  await until(() => lease.records.length === 1)
  expect(lease.records[0]).toMatchObject({ method: 'POST', verdict: 'forwarded', via: 'proxy' })
})

test('a body may be a stream', async () => {
  const answer = await send({ method: 'PUT', body: Readable.from(['one', 'two']) })
  expect(String(await bodyOf(answer.body))).toBe('PUT onetwo')
})

test('a redirect is an answer, not a journey', async () => {
  const answer = await send({ url: `${site.origin}/moved` })
  answer.body.resume()
  expect([answer.status, answer.statusText]).toEqual([302, 'Over There'])
})

test('what the policy does not let out is an error of its own, with the rule', async () => {
  const refused = send({ url: 'https://elsewhere.invalid/secret?x=1' })
  await expect(refused).rejects.toMatchObject({
    code: 'EGRESS_REFUSED',
    message: 'GET https://elsewhere.invalid/secret was not sent: origin_not_granted',
  })
})

test('the next step fits the reason', async () => {
  await using cautious = await startGate({ isPaused: () => true })
  await using paused = await cautious.lease(site.origin)
  await expect(cautious.gate.client(paused).fetch({ url: `${site.origin}/` })).rejects.toMatchObject({
    code: 'EGRESS_REFUSED',
    message: expect.stringContaining('origin_paused'),
    hint: expect.stringContaining('refbot origins resume'),
  })
})

test('a site that poses as the gate is still a site that answered', async () => {
  const answer = await send({ url: `${site.origin}/posing` })
  expect(String(await bodyOf(answer.body))).toBe('GET ')
  expect(answer.status).toBe(200)
})

test.each([
  [
    'for want of a right, while most of its body is still on the way',
    'origin_not_granted',
    'https://elsewhere.invalid/',
  ],
  ['because it is none that a browser sends', 'malformed', undefined],
])('it is the same for a request that is refused %s', async (_name, rule, elsewhere) => {
  const headers = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'x'.repeat(15_000)]))
  const outgoing =
    elsewhere === undefined
      ? { url: `${site.origin}/`, headers }
      : { url: elsewhere, method: 'POST', body: new Uint8Array(16 * 1024 * 1024) }
  const before = site.arrived.length
  await expect(send(outgoing)).rejects.toMatchObject({
    code: 'EGRESS_REFUSED',
    message: expect.stringMatching(`was not sent: ${rule}$`),
  })
  expect(site.arrived).toHaveLength(before)
})

test('what fails on the way has the code of the fault', async () => {
  lease = await harness.lease(site.origin, { proxy: { ...proxy.proxy, password: 'wrong' } })
  await expect(send()).rejects.toMatchObject({
    code: 'EGRESS_FAILED',
    message: expect.stringContaining('PROXY_AUTH_REJECTED'),
  })
})

test('requests that may be sent twice share a connection, one that may not has its own', async () => {
  const client = harness.gate.client(lease)
  const ports: unknown[] = []
  for (const method of ['GET', 'GET', 'POST', 'GET']) {
    const answer = await client.fetch({ url: `${site.origin}/`, method })
    await bodyOf(answer.body)
    ports.push(answer.headers[answer.headers.indexOf('x-port') + 1])
  }
  const [first, second, own, last] = ports
  expect([second, last]).toEqual([first, first])
  expect(own).not.toBe(first)
})

test('a connection that the site closed while it was kept costs no request', async () => {
  const client = harness.gate.client(lease)
  const get = async () => String(await bodyOf((await client.fetch({ url: `${site.origin}/` })).body))
  expect(await get()).toBe('GET ')
  site.server.closeAllConnections()
  expect(await get()).toBe('GET ')
})

test('an abort is the caller’s own', async () => {
  const controller = new AbortController()
  const arrived = site.arrived.length
  const sent = send({ url: `${site.origin}/never`, signal: controller.signal })
  void until(() => site.arrived.length > arrived).then(() => controller.abort(new Error('enough')))
  await expect(sent).rejects.toThrow('enough')
  await until(() => lease.records.length === 1)
  expect(lease.outcome().faults).toEqual([])
})

test('a closed lease lets nothing out', async () => {
  await lease.close()
  await expect(send()).rejects.toMatchObject({ code: 'EGRESS_FAILED' })
})
