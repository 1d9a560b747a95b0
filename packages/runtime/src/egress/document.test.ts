import { describe, expect, test } from 'vitest'
import { DOCUMENT_MAX_BYTES, documentJsonSchema, readDocument } from './document.ts'

const NOW = Date.UTC(2030, 0, 1)
const KEY = 'a'.repeat(64)
const EXPECTED = { origin: 'https://site.example', operatorKey: KEY, now: NOW }

type Json = Record<string, unknown>
const GOOD = { origin: 'https://site.example', operatorKey: KEY, expires: '2030-03-01T00:00:00Z' }
const text = (more: Json = {}, allow: Json = {}): string =>
  JSON.stringify({ ...GOOD, allow: { paths: ['/*'], ...allow }, ...more })
const read = (document: string) => readDocument(document, EXPECTED)

describe('a document that grants', () => {
  test('the least of it: no proxies, no submit origins, no mail domains, no limits', () => {
    expect(read(text())).toEqual({
      document: {
        origin: 'https://site.example',
        operatorKey: KEY,
        expires: Date.UTC(2030, 2, 1),
        allow: {
          paths: ['/*'],
          submitOrigins: [],
          emailDomains: [],
          maxPerMinute: null,
          maxPerDay: null,
          concurrency: null,
          proxies: 'none',
        },
      },
    })
  })

  test('all of it', () => {
    const allow = {
      paths: ['/sign-up', '/join/*'],
      submitOrigins: ['https://forms.example:8443'],
      emailDomains: ['qa.site.example'],
      maxPerMinute: 5,
      maxPerDay: 100,
      concurrency: 2,
      proxies: true,
    }
    const granted = read(text({ $schema: 'https://example.com/schema.json' }, allow))
    expect(granted).toMatchObject({ document: { allow: { ...allow, proxies: 'any' } } })
  })

  test.each(['2030-01-01T00:00:01Z', '2030-04-01T00:00:00Z', '2030-01-01T00:00:00-01:00'])('until %s', (expires) => {
    expect(read(text({ expires }))).toHaveProperty('document')
  })
})

describe('a document that does not, and why', () => {
  test.each<[string, string, string]>([
    ['another origin', text({ origin: 'https://other.example' }), 'origin: it is for https://other.example'],
    ['its origin with a path', text({ origin: 'https://site.example/' }), 'origin: must be an https origin'],
    ['its origin in upper case', text({ origin: 'https://SITE.example' }), 'origin: must be an https origin'],
    ['its origin by http', text({ origin: 'http://site.example' }), 'origin: must be an https origin'],
    ['another operator', text({ operatorKey: 'b'.repeat(64) }), 'operatorKey: it is for another operator'],
    ['a secret in place of its hash', text({ operatorKey: 'secret' }), 'operatorKey: must be the 64'],
    ['expired', text({ expires: '2030-01-01T00:00:00Z' }), 'expires: it expired'],
    ['more than 90 days ahead', text({ expires: '2030-04-01T00:00:01Z' }), 'expires: it is more than 90 days'],
    ['no expiry', text({ expires: undefined }), 'expires: '],
    ['a date alone', text({ expires: '2030-03-01' }), 'expires: must be a time'],
    ['a key that nobody understands', text({ deny: ['/admin'] }), 'deny'],
    ['the same within allow', text({}, { deny: ['/admin'] }), 'allow: '],
    ['no paths', text({}, { paths: [] }), 'allow.paths: '],
    ['a relative path', text({}, { paths: ['sign-up'] }), 'allow.paths.0: must be a path'],
    ['a path that climbs', text({}, { paths: ['/a/../b'] }), 'allow.paths.0: must be a path'],
    ['a star in the middle', text({}, { paths: ['/*/x'] }), 'allow.paths.0: must be a path'],
    ['a star in a word', text({}, { paths: ['/sign*'] }), 'allow.paths.0: must be a path'],
    ['a query', text({}, { paths: ['/x?y'] }), 'allow.paths.0: must be a path'],
    ['a path that servers read differently', text({}, { paths: ['/a%2Fb'] }), 'allow.paths.0: must be a path'],
    [
      'a submit origin by http',
      text({}, { submitOrigins: ['http://forms.example'] }),
      'allow.submitOrigins.0: must be',
    ],
    [
      'more submit origins than a form could need',
      text({}, { submitOrigins: Array.from({ length: 11 }, (_, i) => `https://forms-${i}.example`) }),
      'allow.submitOrigins: must be at most 10',
    ],
    ['the machine of the tester', text({}, { submitOrigins: ['https://localhost:3000'] }), 'the machine of whoever'],
    ['a limit of nothing', text({}, { maxPerMinute: 0 }), 'allow.maxPerMinute: '],
    ['half a page', text({}, { concurrency: 0.5 }), 'allow.concurrency: '],
    ['proxies by name', text({}, { proxies: 'loopback' }), 'allow.proxies: '],
    ['not JSON', '<!doctype html>', 'It is not JSON.'],
    ['nothing', '', 'It is not JSON.'],
    ['a list', '[]', 'The document: '],
    [
      'too long',
      text({}, { paths: ['/*'], emailDomains: ['x'.repeat(DOCUMENT_MAX_BYTES)] }),
      'It is longer than 16384 bytes.',
    ],
  ])('%s', (_name, document, problem) => {
    const problems = read(document)
    expect(problems).toHaveProperty('problems')
    expect(JSON.stringify(problems)).toContain(problem)
  })

  test('each reason has a line of its own', () => {
    const document = text({
      origin: 'https://other.example',
      operatorKey: 'b'.repeat(64),
      expires: '2029-01-01T00:00:00Z',
    })
    expect(read(document)).toMatchObject({ problems: { length: 3 } })
  })

  test('16 KiB are read, one byte more is not', () => {
    const padded = (bytes: number): string => text().padEnd(bytes, ' ')
    expect(read(padded(DOCUMENT_MAX_BYTES))).toHaveProperty('document')
    expect(read(padded(DOCUMENT_MAX_BYTES + 1))).toHaveProperty('problems')
  })
})

test('a JSON Schema of it exists for site owners', () => {
  expect(documentJsonSchema()).toMatchObject({
    type: 'object',
    required: ['origin', 'operatorKey', 'expires', 'allow'],
    additionalProperties: false,
  })
})
