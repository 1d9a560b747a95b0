import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EgressProxy } from '../proxy.ts'
import { parseProxies } from './parse.ts'
import { importProxies, importProxiesFromFile } from './source.ts'

const flat = (p: EgressProxy) => [p.protocol, p.host, p.port, p.username, p.password]
const full = (p: EgressProxy) => ({ ...p, username: p.username, password: p.password })
const problems = (text: string) => parseProxies(text).errors.map((e) => [e.line, e.code])

describe('a CSV list', () => {
  it('with a heading is read by its columns', () => {
    const text = [
      '\uFEFFType,IP Address,Port,User,Pass,Country,Tags,Name',
      'socks5,1.2.3.4,1080,me,"se,cr""et",de,fast paid,"Frankfurt, one"',
      ',p.test,80,,,,,',
    ].join('\r\n')
    const { proxies, errors } = parseProxies(text)
    expect(errors).toEqual([])
    expect(proxies.map(full)).toEqual([
      {
        id: expect.stringMatching(/^socks5:\/\/1\.2\.3\.4:1080#/),
        protocol: 'socks5',
        host: '1.2.3.4',
        port: 1080,
        username: 'me',
        password: 'se,cr"et',
        region: 'de',
        tags: ['fast', 'paid'],
        label: 'Frankfurt, one',
      },
      { id: 'http://p.test:80', protocol: 'http', host: 'p.test', port: 80 },
    ])
  })

  it.each([
    ['1.2.3.4,80', ['http', '1.2.3.4', 80, undefined, undefined]],
    ['1.2.3.4;80;me;secret', ['http', '1.2.3.4', 80, 'me', 'secret']],
    ['p.test\t1080\tme\tsecret\tsocks5', ['socks5', 'p.test', 1080, 'me', 'secret']],
    ['url\nhttps://me:a%2Cb@p.test:1', ['https', 'p.test', 1, 'me', 'a,b']],
  ])('%j needs no more', (text, expected) => {
    expect(parseProxies(text).proxies.map(flat)).toEqual([expected])
  })

  it('reports a row by the line it begins in', () => {
    const text = 'host,port,label\n# comment\na.test,1,"two\nlines"\nb.test,x,\n,2,\na.test,1,'
    expect(parseProxies(text).proxies.map((p) => p.host)).toEqual(['a.test'])
    expect(problems(text)).toEqual([
      [5, 'port'],
      [6, 'host'],
      [7, 'duplicate'],
    ])
  })
})

describe('a JSON list', () => {
  const objects = [
    { host: 'a.test', port: 1, user: 'me', password: 'hunter2', tags: ['x'] },
    'b.test:2',
    { url: 'socks5://[::1]:3' },
  ]
  it.each([
    ['a list', JSON.stringify(objects, null, 2)],
    ['a list under a name', JSON.stringify({ generated: [1, [2]], proxies: objects })],
    ['one a line', objects.map((one) => JSON.stringify(one)).join('\r\n')],
  ])('as %s is read', (_, text) => {
    const { proxies, errors } = parseProxies(text)
    expect(errors).toEqual([])
    expect(proxies.map(flat)).toEqual([
      ['http', 'a.test', 1, 'me', 'hunter2'],
      ['http', 'b.test', 2, undefined, undefined],
      ['socks5', '::1', 3, undefined, undefined],
    ])
  })

  it('reports elements by their line', () => {
    expect(problems('[\n "a.test:1",\n\n {"host": "b]{.test",\n  "port": 0},\n 7, null\n]')).toEqual([
      [4, 'host'],
      [6, 'malformed'],
      [6, 'malformed'],
    ])
  })

  it('that is broken is reported without its text', () => {
    const { errors } = parseProxies('[\n {"host": "a.test", "password": "hunter2",\n}\n]')
    expect(errors).toEqual([{ line: 3, code: 'malformed', reason: 'The JSON is broken here or shortly before.' }])
  })

  it('is not taken for one when IPv6 stands first', () => {
    expect(parseProxies('[::1]:80\n[::2]:80').proxies).toHaveLength(2)
  })
})

describe('any list', () => {
  it('never throws and never repeats what it could not read', () => {
    const noise = fc.array(
      fc.constantFrom('{', '[', '"', ',', ':', '@', '\n', 'host', 'port', 'hunter2', '%', '1', '\\', ';', '\t'),
    )
    fc.assert(
      fc.property(noise, (parts) => {
        const { errors } = parseProxies(parts.join(''))
        expect(JSON.stringify(errors)).not.toContain('hunter2')
      }),
      { numRuns: 500 },
    )
  })

  it('reads the same from a string and from chunks of any size', async () => {
    const text = '\uFEFFme:pässwörd@a.test:1\r\nb.test:2\r\nbad\r\n[::1]:3'
    const bytes = new TextEncoder().encode(text)
    const whole = parseProxies(text)
    expect(whole.proxies).toHaveLength(3)
    for (const size of [1, 2, 3, 7, 100]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      )
      const result = await importProxies(Readable.from(chunks))
      expect(result.proxies.map(flat)).toEqual(whole.proxies.map(flat))
      expect(result.errors).toEqual(whole.errors)
    }
  })

  it('reads 100,000 lines', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `p${i}.test:80:user:pass${i}`).join('\n')
    expect(parseProxies(text).proxies).toHaveLength(100_000)
  })

  it('is refused when it is too long', async () => {
    await expect(importProxies(['x'.repeat(11)], { maxBytes: 10 })).rejects.toMatchObject({
      code: 'PROXY_LIST_TOO_LARGE',
    })
  })
})

describe('a file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxies-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is read', async () => {
    const path = join(folder, 'list.txt')
    await writeFile(path, 'a.test:1\n')
    expect((await importProxiesFromFile(path)).proxies.map((p) => p.id)).toEqual(['http://a.test:1'])
  })

  it('that is missing gives a typed error', async () => {
    await expect(importProxiesFromFile(join(folder, 'none.txt'))).rejects.toMatchObject({
      code: 'PROXY_LIST_UNREADABLE',
      message: expect.stringContaining('ENOENT'),
    })
  })
})
