import { expect, test } from 'vitest'
import { startProxy } from './testing/fixture-proxy.ts'
import { credentials, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate } from './testing/through.ts'
import { until } from './testing/until.ts'

const known = credentials()
const unknown = credentials()
trust(known.cert)

test.each([
  ['http', {}],
  ['https', { tls: known }],
])('a proxy that is spoken to over TLS carries %s, its password unseen on the way', async (_name, options) => {
  await using gate = await startGate()
  await using proxy = await startProxy(undefined, known)
  await using site = await startSite((req, res) => res.end(`hello ${req.url}`), options)
  await using lease = await gate.lease(site.origin, { proxy: proxy.proxy })
  expect(String(await bodyOf(await gate.send(lease, `${site.origin}/there`)))).toBe('hello /there')
  expect(proxy.asked).toEqual([`127.0.0.1:${site.port}`])
  expect(lease.outcome()).toMatchObject({ faults: [], forwarded: 1 })
})

test('one whose certificate nobody vouches for is given neither password nor request', async () => {
  await using gate = await startGate()
  await using proxy = await startProxy(undefined, unknown)
  await using lease = await gate.lease('http://127.0.0.1:9', { proxy: proxy.proxy })
  await expect(gate.send(lease, 'http://127.0.0.1:9/')).rejects.toThrow()
  await until(() => lease.records.length > 0)
  expect(proxy.asked).toEqual([])
  expect(lease.outcome()).toMatchObject({
    faults: [{ code: 'PROXY_TLS_FAILED', phase: 'connect', proxyFault: true }],
    forwarded: 0,
  })
})
