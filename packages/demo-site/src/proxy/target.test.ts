import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopback, parseAbsoluteForm, parseAuthority } from './target.ts'

describe('parseAuthority', () => {
  it.each([
    ['localhost:8080', { host: 'localhost', port: 8080, authority: 'localhost:8080' }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1, authority: '127.0.0.1:1' }],
    ['[::1]:443', { host: '::1', port: 443, authority: '[::1]:443' }],
  ])('reads %s', (text, target) => {
    expect(parseAuthority(text)).toEqual(target)
  })

  it.each([
    '',
    'localhost',
    'localhost:',
    ':80',
    'localhost:0',
    'localhost:65536',
    'a b:80',
    'user@localhost:80',
    '::1:80',
    '[localhost]:80',
    'localhost:80/path',
  ])('refuses %j', (text) => {
    expect(parseAuthority(text)).toBeUndefined()
  })

  it('gives an authority that reads back as the same target', () => {
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.domain(),
    )
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const target = parseAuthority(`${name}:${port}`)
        expect(target).toBeDefined()
        expect(parseAuthority(target?.authority ?? '')).toEqual(target)
      }),
    )
  })
})

describe('parseAbsoluteForm', () => {
  it.each([
    ['http://localhost', { host: 'localhost', port: 80 }, 'localhost', '/'],
    ['http://localhost:8080/a?b=c', { host: 'localhost', port: 8080 }, 'localhost:8080', '/a?b=c'],
    ['HTTP://127.0.0.1?q', { host: '127.0.0.1', port: 80 }, '127.0.0.1', '/?q'],
    ['http://[::1]:81/', { host: '::1', port: 81 }, '[::1]:81', '/'],
  ])('reads %s', (url, target, host, path) => {
    expect(parseAbsoluteForm(url)).toMatchObject({ target, host, path })
  })

  it.each([
    '/path',
    'https://localhost/',
    'ftp://localhost/',
    'http://',
    'http://user:pass@localhost/',
    'http://localhost:x/',
  ])('refuses %s', (url) => {
    expect(parseAbsoluteForm(url)).toBeUndefined()
  })
})

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('%s is', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each([
    'localhost.',
    'foo.localhost',
    'LOCALHOST',
    '0.0.0.0',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '::ffff:127.0.0.1',
    '::',
    '128.0.0.1',
    '127.0.0.1.example.com',
  ])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})
