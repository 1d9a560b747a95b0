import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatted } from '../testing/formatted.ts'
import { documentJsonSchema, proposedDocument, readDocument } from './document.ts'

const SCHEMA = join(import.meta.dirname, '../../authorisation-schema.json')
const PAGE = join(import.meta.dirname, '../../../../docs/site-owners.md')

describe('what owners of sites are given', () => {
  it('has a schema that is up to date as authorisation-schema.json (update it with -u)', async () => {
    expect(existsSync(SCHEMA)).toBe(true)
    await expect(formatted(documentJsonSchema())).toMatchFileSnapshot(SCHEMA)
  })

  it('has an example that is valid until it expires, and names every key', () => {
    const page = readFileSync(PAGE, 'utf8')
    const [, text = ''] = /```json\n(.*?)```/s.exec(page) ?? []
    const { origin, operatorKey, expires, allow } = JSON.parse(text)
    const now = Date.parse(expires) - 1
    expect(readDocument(text, { origin, operatorKey, now })).toMatchObject({ document: { origin } })
    for (const key of Object.keys(allow)) expect(page).toContain(`| \`allow.${key}\` `)
  })

  it('starts from a document that is valid as it is', () => {
    const origin = 'https://shop.example.com'
    const operatorKey = 'a'.repeat(64)
    const now = Date.UTC(2030, 0, 1, 0, 0, 0, 999)
    const document = proposedDocument(origin, operatorKey, now)
    expect(readDocument(JSON.stringify(document), { origin, operatorKey, now })).toMatchObject({
      document: { origin, expires: Date.UTC(2030, 0, 31), allow: { proxies: 'none' } },
    })
  })
})
