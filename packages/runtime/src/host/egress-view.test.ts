import { expect, it } from 'vitest'
import { type Allowance, type Authorisation, authorise, Permits } from '../egress/index.ts'
import { credentials, startSite, trust } from '../egress/testing/sites.ts'
import { authorisationView, explainTarget } from './egress-view.ts'

const ALLOW: Omit<Allowance, 'proxies'> = {
  ...{ paths: ['/*'], submitOrigins: [], emailDomains: [], maxPerMinute: null, maxPerDay: null, concurrency: null },
}
const agreed = (target: Allowance['proxies'], ...submitOrigins: Allowance['proxies'][]): Authorisation => ({
  ...{ origin: 'https://shop.test', source: 'document', addresses: {} },
  document: { origin: 'https://shop.test', allow: { ...ALLOW, proxies: target } },
  submitDocuments: submitOrigins.map((proxies, i) => ({
    origin: `https://forms-${i}.test`,
    allow: { ...ALLOW, proxies },
  })),
})

it('offers a plugin proxies where the site and all who take its forms allow them', async () => {
  expect(authorisationView(agreed('any')).proxies).toBe(true)
  expect(authorisationView(agreed('any', 'any')).proxies).toBe(true)
  expect(authorisationView(agreed('none', 'any')).proxies).toBe(false)
  expect(authorisationView(agreed('any', 'any', 'none')).proxies).toBe(false)
  expect(authorisationView(await authorise('http://127.0.0.1')).proxies).toBe('loopback')
})

it('says of an address whether its path may be requested, and of an origin alone whether it agrees at all', async () => {
  const tls = credentials({ altNames: ['shop.test'] })
  trust(tls.cert)
  const operatorKey = 'a'.repeat(64)
  await using site = await startSite(
    (_req, res) => {
      const expires = new Date(Date.now() + 3_600_000).toISOString()
      res.end(JSON.stringify({ origin, operatorKey, expires, allow: { paths: ['/sign-up', '/assets/*'] } }))
    },
    { tls },
  )
  const origin = `https://shop.test:${site.port}`
  const permits = new Permits({
    operatorKey: () => operatorKey,
    userAgent: 'RefBot/9.9',
    lookup: (_host, options, callback) =>
      options.all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
  })
  const limits = () => ({ maxPerMinute: null, maxPerDay: null, concurrency: null })
  const explain = (url: string) => explainTarget({ permits, limits }, url)
  for (const path of ['', '/', '/sign-up?plan=a', '/assets/app.js'])
    expect(await explain(origin + path)).toMatchObject({ granted: true, problems: [] })
  expect(await explain(`${origin}/admin?x=1`)).toMatchObject({
    granted: false,
    problems: ['allow.paths: /admin is not covered by /sign-up, /assets/*.'],
  })
})
