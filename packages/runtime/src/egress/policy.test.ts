import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Allowance, Authorisation } from './authorisation.ts'
import { decide, originGranted, pathAllowed } from './policy.ts'

const TARGET = 'https://site.example'
const SUBMIT = 'https://forms.example:8443'

const ALLOW: Allowance = {
  paths: ['/*'],
  submitOrigins: [SUBMIT],
  emailDomains: [],
  maxPerMinute: null,
  maxPerDay: null,
  concurrency: null,
  proxies: 'any',
}

function authorisation(allow: Partial<Allowance> = {}, submit: Partial<Allowance> = {}): Authorisation {
  return {
    origin: TARGET,
    source: 'document',
    document: { origin: TARGET, allow: { ...ALLOW, ...allow } },
    submitDocuments: [{ origin: SUBMIT, allow: { ...ALLOW, submitOrigins: [], ...submit } }],
    addresses: {},
  }
}

describe('decide', () => {
  const cases = [
    [TARGET, '/', true, 'target'],
    [SUBMIT, '/', true, 'submit_origin'],
    ['https://site.example:8443', '/', false, 'origin_not_granted'],
    ['http://site.example', '/', false, 'origin_not_granted'],
    ['https://site.example.', '/', false, 'origin_not_granted'],
    ['https://SITE.example', '/', false, 'origin_not_granted'],
    ['https://www.site.example', '/', false, 'origin_not_granted'],
  ] as const
  test.each(cases)('%s%s: %s, %s', (origin, path, allowed, rule) => {
    expect(decide(authorisation(), { method: 'GET', origin, path })).toEqual({ allowed, rule })
    expect(originGranted(authorisation(), origin)).toBe(allowed)
  })

  test('a path that the document does not list', () => {
    const narrow = authorisation({ paths: ['/sign-up/*'] })
    expect(decide(narrow, { method: 'GET', origin: TARGET, path: '/admin' })).toEqual({
      allowed: false,
      rule: 'path_not_allowed',
    })
    expect(decide(narrow, { method: 'GET', origin: TARGET, path: '/sign-up/2' }).allowed).toBe(true)
    expect(decide(narrow, { method: 'POST', origin: SUBMIT, path: '/admin' }).allowed).toBe(true)
  })

  test('a submit origin keeps to its own document', () => {
    const narrow = authorisation({}, { paths: ['/submit'] })
    expect(decide(narrow, { method: 'POST', origin: SUBMIT, path: '/submit' })).toEqual({
      allowed: true,
      rule: 'submit_origin',
    })
    expect(decide(narrow, { method: 'POST', origin: SUBMIT, path: '/' })).toEqual({
      allowed: false,
      rule: 'path_not_allowed',
    })
  })

  test('naming a submit origin is not enough: it has to serve a document itself', () => {
    const named = { ...authorisation(), submitDocuments: [] }
    expect(decide(named, { method: 'POST', origin: SUBMIT, path: '/' }).rule).toBe('origin_not_granted')
  })
})

describe('pathAllowed', () => {
  test.each([
    ['/sign-up', '/sign-up', true],
    ['/sign-up', '/sign-up?plan=a/b', true],
    ['/sign-up', '/sign-up/', false],
    ['/sign-up', '/Sign-Up', false],
    ['/sign-up', '/sign-ups', false],
    ['/sign-up/*', '/sign-up', false],
    ['/sign-up/*', '/sign-up/', true],
    ['/sign-up/*', '/sign-up/a/b', true],
    ['/sign-up/*', '/sign-up/../admin', false],
    ['/sign-up/*', '/sign-up/%2e%2e/admin', false],
    ['/sign-up/*', '/sign-up/.%2E/admin', false],
    ['/sign-up/*', '/sign-up/..%2fadmin', false],
    ['/sign-up/*', '/sign-up/..%5cadmin', false],
    ['/sign-up/*', '/sign-up\\..\\admin', false],
    ['/sign-up/*', '/sign-up/%252e%252e/admin', false],
    ['/sign-up/*', '/sign-up/..;/admin', false],
    ['/sign-up/*', '//other.example/sign-up/', false],
    ['/sign-up/*', '/sign-up//x', false],
    ['/sign-up/*', '/%73ign-up/x', true],
    ['/caf%C3%A9', '/caf%c3%a9', true],
    ['/caf%c3%a9', '/caf%C3%A9', true],
    ['/caf%c3%a9/*', '/caf%c3%a9/au-lait', true],
    ['/%7Eada/*', '/~ada/x', true],
    ['/sign-up/*', '/sign-up/%u002e%u002e/admin', false],
    ['/sign-up/*', '/sign-up/100%', false],
    ['/*', '/anything//at;all', true],
  ])('%s covers %s: %s', (pattern, path, expected) => {
    expect(pathAllowed([pattern], path)).toBe(expected)
  })

  test('whatever is let through lies below the pattern once it is resolved and decoded', () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '%2E%2e', '%2f', '%5c', '%252e', '', ';', 'a', 'admin'),
      fc.string({ minLength: 1, maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const path = `/safe/${segments.join('/')}`
        if (!pathAllowed(['/safe/*'], path)) return
        const { pathname } = new URL(path, 'http://x.invalid')
        let decoded = pathname
        for (let i = 0; i < 3; i++) decoded = lenientDecode(decoded)
        expect(new URL(decoded.replaceAll('\\', '/'), 'http://x.invalid').pathname).toMatch(/^\/safe\//)
      }),
      { numRuns: 2000 },
    )
  })
})

function lenientDecode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_match, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

describe('an origin that the operator grants for parts of pages', () => {
  const PART = 'https://cdn.example'
  const granted = { ...authorisation(), partOrigins: [PART] }
  test.each([
    ['GET', {}, true, 'part_host'],
    ['HEAD', {}, true, 'part_host'],
    ['POST', {}, false, 'part_not_read'],
    ['OPTIONS', {}, false, 'part_not_read'],
    ['GET', { whole: true }, false, 'origin_not_granted'],
    ['POST', { whole: true }, false, 'origin_not_granted'],
  ] as const)('%s %j: %s, %s', (method, more, allowed, rule) => {
    expect(decide(granted, { method, origin: PART, path: '/any', ...more })).toEqual({ allowed, rule })
  })

  test('is that origin exactly, and no target: nothing of it loosens the document', () => {
    expect(decide(granted, { method: 'GET', origin: `${PART}.`, path: '/' })).toMatchObject({ allowed: false })
    expect(originGranted(granted, PART)).toBe(true)
    expect(originGranted(authorisation(), PART)).toBe(false)
  })
})
