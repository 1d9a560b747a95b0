import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authorise, RESERVED_MAIL_DOMAINS } from './authorisation.ts'
import { isLoopbackHost } from './loopback.ts'

const code = (target: string): Promise<unknown> =>
  authorise(target).then(
    () => 'authorised',
    (error) => error.code,
  )

describe('loopback is authorised', () => {
  test.each([
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['https://127.255.255.254:8443/sign-up?x#y', 'https://127.255.255.254:8443'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
    ['HTTP://LOCALHOST:80/', 'http://localhost'],
    ['http://127.1:81', 'http://127.0.0.1:81'],
    ['http://127.0.0.1.', 'http://127.0.0.1'],
    ['http://0x7f000001', 'http://127.0.0.1'],
    ['http://[0:0:0:0:0:0:0:1]', 'http://[::1]'],
  ])('%s, as %s', async (target, origin) => {
    expect(await authorise(target)).toMatchObject({ origin, source: 'loopback', document: { origin } })
  })

  test('with a built-in document: all paths, reserved mail domains, loopback proxies only, no limits', async () => {
    const { document } = await authorise('http://localhost')
    expect(document.allow).toEqual({
      paths: ['/*'],
      submitOrigins: [],
      emailDomains: RESERVED_MAIL_DOMAINS,
      maxPerMinute: null,
      maxPerDay: null,
      concurrency: null,
      proxies: 'loopback',
    })
  })
})

test.each([
  'http://localhost.',
  'http://foo.localhost',
  'http://localhost.localdomain',
  'http://0.0.0.0',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::]',
  'http://128.0.0.1',
  'http://127.0.0.1.nip.io',
  'http://10.0.0.1',
  'http://192.168.1.1',
  'https://example.com',
  'http://ⓛocalhost.example',
])('%s is not', async (target) => {
  expect(await code(target)).toBe('TARGET_NOT_AUTHORISED')
})

test.each([
  '',
  'localhost:3000',
  '/sign-up',
  'ftp://localhost',
  'file:///etc/passwd',
  'ws://localhost',
  'javascript:alert(1)',
  'http://ada@localhost',
  'http://ada:secret@localhost',
  'http://',
  'http://local host',
])('%j is invalid', async (target) => {
  expect(await code(target)).toBe('TARGET_INVALID')
})

test('an error says what to do and never repeats a secret', async () => {
  const error = await authorise('http://ada:s3cret@localhost').catch((thrown) => thrown)
  expect(error.hint).toBeTruthy()
  expect(`${error.message} ${error.hint}`).not.toContain('s3cret')
})

test('every address that is loopback by number is one, and no other', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isLoopbackHost(new URL(`http://${address}`).hostname)).toBe(address.startsWith('127.'))
    }),
  )
})

test('no name but localhost is loopback', () => {
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      expect(isLoopbackHost(new URL(`http://${domain}`).hostname)).toBe(false)
    }),
  )
})
