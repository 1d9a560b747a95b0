import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FixtureProxy, startProxy } from './testing/fixture-proxy.ts'
import { credentials, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'

const lookedUp: string[] = []
let gate: TestGate
let proxy: FixtureProxy
beforeAll(async () => {
  gate = await startGate({
    lookup: (host, _options, callback) => {
      lookedUp.push(host)
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '')
    },
  })
  proxy = await startProxy()
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

const tls = credentials()
trust(tls.cert)

test.each([
  ['http', '[::1]', '::1', false],
  ['http', '[::1]', '::1', true],
  ['http', '127.0.0.2', '127.0.0.2', false],
  ['http', 'localhost', '127.0.0.1', false],
  ['http', 'localhost', '::1', false],
  ['https', 'localhost', '::1', false],
  ['https', 'localhost', '127.0.0.1', true],
] as const)('%s://%s is reached at %s; by proxy: %s', async (scheme, host, listening, byProxy) => {
  await using site = await startSite((_req, res) => res.end('here'), {
    host: listening,
    ...(scheme === 'https' ? { tls } : {}),
  })
  const origin = `${scheme}://${host}:${site.port}`
  await using lease = await gate.lease(origin, byProxy ? { proxy: proxy.proxy } : {})
  expect(String(await bodyOf(await gate.send(lease, `${origin}/`)))).toBe('here')
  expect(proxy.asked.includes(`${host}:${site.port}`)).toBe(byProxy)
})

test('no resolver was asked for localhost', () => {
  expect(lookedUp).toEqual([])
})
