import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { examine } from './authorisation.ts'
import { startProxy } from './testing/fixture-proxy.ts'
import { credentials, startSite } from './testing/sites.ts'
import { startGate } from './testing/through.ts'
import { until } from './testing/until.ts'

const unknown = credentials({ altNames: ['localhost', '127.0.0.1', 'site.test'] })

describe('a certificate that nobody vouches for is refused, whatever Node is told about certificates', () => {
  beforeEach(() => void vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'))
  afterEach(() => void vi.unstubAllEnvs())

  test('of a site', async () => {
    await using gate = await startGate()
    await using site = await startSite((_req, res) => res.end(), { tls: unknown })
    await using lease = await gate.lease(site.origin)
    await expect(gate.send(lease, `${site.origin}/`)).rejects.toThrow()
    await until(() => lease.records.length > 0)
    expect(lease.outcome().faults).toMatchObject([{ code: 'TARGET_TLS_UNTRUSTED' }])
    expect(site.arrived).toEqual([])
  })

  test('of a proxy', async () => {
    await using gate = await startGate()
    await using proxy = await startProxy(undefined, unknown)
    await using lease = await gate.lease('http://127.0.0.1:9', { proxy: proxy.proxy })
    await expect(gate.send(lease, 'http://127.0.0.1:9/')).rejects.toThrow()
    await until(() => lease.records.length > 0)
    expect(lease.outcome().faults).toMatchObject([{ code: 'PROXY_TLS_FAILED' }])
    expect(proxy.asked).toEqual([])
  })

  test('of whoever serves a document: it grants nothing', async () => {
    await using site = await startSite((_req, res) => res.end('{}'), { tls: unknown })
    const examined = await examine(`https://site.test:${site.port}`, {
      operatorKey: 'a'.repeat(64),
      lookup: (_host, options, callback) =>
        options.all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    })
    expect(examined).toMatchObject({ problems: [expect.stringContaining('TARGET_TLS_UNTRUSTED')] })
    expect(site.arrived).toEqual([])
  })
})
