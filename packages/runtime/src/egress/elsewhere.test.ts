import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Authorisation } from './authorisation.ts'
import { elsewhere } from './elsewhere.ts'
import { startSite } from './testing/sites.ts'
import { bodyOf, startGate } from './testing/through.ts'
import { until } from './testing/until.ts'

/** A resolver that gives the same answers for every name. */
const resolving =
  (...addresses: string[]): LookupFunction =>
  (_host, { all }, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (all === true) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  }

function lookUp(lookup: LookupFunction, all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    lookup('cdn.test', { all }, (error, found) => resolve(error === null ? found : error.code))
  })
}

describe('a name that must not lead to this machine', () => {
  test.each(['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:0.0.0.0'])(
    'has no address where it is %s',
    async (address) => {
      const guarded = elsewhere(resolving(address))
      expect([await lookUp(guarded, true), await lookUp(guarded, false)]).toEqual(['ENOTFOUND', 'ENOTFOUND'])
    },
  )

  test.each(['10.0.0.1', '192.0.2.7', '128.0.0.1', 'fd00::1', '::ffff:10.0.0.1'])('keeps %s', async (address) => {
    const guarded = elsewhere(resolving(address))
    expect(await lookUp(guarded, true)).toMatchObject([{ address }])
    expect(await lookUp(guarded, false)).toBe(address)
  })

  test('keeps what else it has, and errors as they are', async () => {
    expect(await lookUp(elsewhere(resolving('127.0.0.1', '192.0.2.7')), true)).toMatchObject([{ address: '192.0.2.7' }])
    const failing: LookupFunction = (_host, _options, callback) =>
      callback(Object.assign(new Error('later'), { code: 'EAI_AGAIN' }), '')
    expect(await lookUp(elsewhere(failing), true)).toBe('EAI_AGAIN')
  })
})

test('a host for parts of somebody’s pages reaches nothing here, where no certificate says who answers', async () => {
  await using site = await startSite((_req, res) => res.end('a service of this machine'))
  await using harness = await startGate({ lookup: resolving('127.0.0.1') })
  const part = `http://cdn.test:${site.port}`
  const allow = { paths: ['/*'], submitOrigins: [], emailDomains: [], concurrency: null, proxies: 'none' } as const
  const target = (origin: string, source: Authorisation['source']): Authorisation => ({
    ...{ origin, source, submitDocuments: [], addresses: {}, partOrigins: [part] },
    document: { origin, allow: { ...allow, maxPerMinute: null, maxPerDay: null } },
  })
  const open = (of: Authorisation) => harness.gate.openLease({ runId: 'r', target: of, userAgentToken: 'RefBot/9.9' })
  await using foreign = open(target('https://shop.test', 'document'))
  await expect(harness.send(foreign, `${part}/admin`)).rejects.toThrow()
  await until(() => foreign.records.length === 1)
  expect(foreign.outcome().faults).toMatchObject([{ code: 'TARGET_UNREACHABLE', cause: 'ENOTFOUND' }])
  expect(site.arrived).toEqual([])
  // For pages of this machine it is at home.
  await using local = open(target(site.origin, 'loopback'))
  expect(String(await bodyOf(await harness.send(local, `${part}/app.js`)))).toBe('a service of this machine')
})
