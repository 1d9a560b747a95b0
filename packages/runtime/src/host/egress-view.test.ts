import { expect, it } from 'vitest'
import { type Allowance, type Authorisation, authorise } from '../egress/index.ts'
import { authorisationView } from './egress-view.ts'

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
