import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProxy, type EgressProxy } from '../proxy.ts'
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
    ['1.2.3.4, 80, me , secret', ['http', '1.2.3.4', 80, 'me', 'secret']],
    ['1.2.3.4, 80, me, " se cret "', ['http', '1.2.3.4', 80, 'me', ' se cret ']],
    ['2001:db8::1,80', ['http', '2001:db8::1', 80, undefined, undefined]],
    ['"1.2.3.4","80"', ['http', '1.2.3.4', 80, undefined, undefined]],
    ['proxy,type\n1.2.3.4:1080,socks5', ['socks5', '1.2.3.4', 1080, undefined, undefined]],
    ['proxy,type\nhttps://p.test:1,socks5', ['https', 'p.test', 1, undefined, undefined]],
    ['url,user,pass\nhttp://p.test:1,me,se%41', ['http', 'p.test', 1, 'me', 'se%41']],
    ['url,user,pass\nhttp://you:own@p.test:1,me,secret', ['http', 'p.test', 1, 'you', 'own']],
  ])('%j needs no more', (text, expected) => {
    expect(parseProxies(text).proxies.map(flat)).toEqual([expected])
  })

  it('is none because a password holds a delimiter and digits', () => {
    const text = '1.2.3.4:80:me:pa,55\nme:x;7@b.test:2\nc.test:3'
    expect(parseProxies(text).proxies.map(flat)).toEqual([
      ['http', '1.2.3.4', 80, 'me', 'pa,55'],
      ['http', 'b.test', 2, 'me', 'x;7'],
      ['http', 'c.test', 3, undefined, undefined],
    ])
  })

  it('has no blanks around its regions and tags', () => {
    const { proxies } = parseProxies('host, port, region, label\na.test, 80, de , Frankfurt one')
    expect(proxies.map(({ region, label }) => [region, label])).toEqual([['de', 'Frankfurt one']])
  })

  it('with a protocol that there is not is told so, whatever its URL says', () => {
    expect(problems('proxy,type\n1.2.3.4:1080,ftp\n1.2.3.4:1080,constructor')).toEqual([
      [2, 'protocol'],
      [3, 'protocol'],
    ])
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

describe('a stray quote in a CSV list', () => {
  const hosts = (text: string) => parseProxies(text).proxies.map((p) => p.host)

  it.each([
    ['is never closed', 'host,port,label\na.test,1,ok\nb.test,2,"stray\nc.test,3,ok\nd.test,4,"quoted"\n', 3],
    ['stands in the last line', 'host,port,label\na.test,1,ok\nc.test,3,\nd.test,4,\nb.test,2,"stray', 5],
    ['meets one of a later row', 'host,port,label\na.test,1,x\nb.test,"2,x\nc.test,"3",x\nd.test,4,x', 3],
    ['closes within a cell', 'host,port,label\r\na.test,1,x\r\nb.test,2,"x"y\r\nc.test,3,x\r\nd.test,4,x', 3],
  ])('that %s costs its own line alone', (_, text, line) => {
    expect(hosts(text)).toEqual(['a.test', 'c.test', 'd.test'])
    expect(problems(text)).toEqual([[line, 'malformed']])
  })

  it('that makes one cell of several lines gives them up one by one', () => {
    const text = 'host,port,user,pass\na.test,1,me,"x\nb.test,2,me,"\nc.test,3,me,y'
    expect(hosts(text)).toEqual(['c.test'])
    expect(problems(text)).toEqual([
      [2, 'credentials'],
      [3, 'malformed'],
    ])
  })

  it('costs no more than time in proportion', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `p${i}.test,${i % 2 ? '"80' : '80"'},"x`).join('\n')
    expect(parseProxies(`host,port,label\n${text}`).errors.length).toBeGreaterThan(10_000)
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

  it('reports elements of a named list by their line, whatever lists stand beside it', () => {
    const text =
      '{"tags": ["a",\n"b"], "meta": {"proxies": [1]},\n"proxies": [\n"bad",\n"p.test:1",\n{}],\n"more": [1, 2]}'
    expect(problems(text)).toEqual([
      [4, 'malformed'],
      [6, 'host'],
    ])
  })

  const good = (n: number) => `{"host": "p${n}.test", "port": ${n}}`
  it.each([
    ['one a line', [good(1), '{"host": "x", "password": "hunter2"', good(3), '"p4.test:4"'].join('\n'), [1, 3, 4], 2],
    ['one a line, the first of which is', ['{"host": hunter2}', good(2), '', good(3)].join('\n'), [2, 3], 1],
    ['a list', `[\n${good(1)},\n{"host": hunter2},\n${good(3)}\n]`, [1, 3], 3],
    ['a list under a name', `{"at": [1], "proxies": [\n${good(1)},\n"hunter2,\n${good(3)}]\n}`, [1, 3], 3],
    ['a list in one line', `[${good(1)}, hunter2, "p2.test:2", ${good(3)}]`, [1, 2, 3], 1],
    [
      'a list with a bracket that never closes',
      `[\n${good(1)},\n{"host": "hunter2",\n${good(3)},\n${good(4)}\n]`,
      [1, 3, 4],
      3,
    ],
    ['a list that is cut off', `[\n${good(1)},\n${good(2)},\n{"host": "hunter2", "po`, [1, 2], 4],
    ['a list without its commas', `[${good(1)}\n${good(2)} oops\n${good(3)}]`, [1, 3], 2],
  ])('as %s costs what is broken alone', (_, text, kept, line) => {
    const { proxies, errors } = parseProxies(text)
    expect(proxies.map((p) => p.port)).toEqual(kept)
    expect(errors).toEqual([{ line, code: 'malformed', reason: 'The JSON is broken here or shortly before.' }])
  })

  it('is read in time in proportion however broken it is', () => {
    const text = `[\n${Array.from({ length: 20_000 }, (_, i) => `{"host": "p${i}.test", "port": {`).join('\n')}`
    expect(parseProxies(`${text}\n"a.test:1"]`).proxies).toHaveLength(1)
  })

  it('that is broken is reported without its text', () => {
    const { errors } = parseProxies('[\n {"host": "a.test", "password": "hunter2",\n}\n]')
    expect(errors).toEqual([{ line: 3, code: 'malformed', reason: 'The JSON is broken here or shortly before.' }])
  })

  it('is not taken for one when IPv6 stands first', () => {
    expect(parseProxies('[::1]:80\n[::2]:80').proxies).toHaveLength(2)
  })
})

describe('a list with names of its own', () => {
  it('tells two proxies of one name from the same proxy twice', () => {
    const entry = (id: string, host: string, password: string) => ({ id, host, port: 1, username: 'me', password })
    const list = [
      entry('x', 'a.test', '1'),
      entry('x', 'b.test', '1'),
      entry('x', 'A.test', '1'),
      entry('y', 'a.test', '1'),
    ]
    const { proxies, errors } = parseProxies(list.map((one) => JSON.stringify(one)).join('\n'))
    expect(proxies.map((p) => [p.id, p.host])).toEqual([
      ['x', 'a.test'],
      ['y', 'a.test'],
    ])
    expect(errors.map((e) => [e.line, e.code, e.reason])).toEqual([
      [2, 'id', 'Another proxy has the same id in line 1.'],
      [3, 'duplicate', 'The same proxy stands in line 1.'],
    ])
  })
})

describe('a list beside proxies that are there already', () => {
  it('may name them again, and give their ids to no other', () => {
    const there = createProxy({ host: 'a.test', port: 1 })
    const list = JSON.stringify(['a.test:1', { id: there.id, host: 'b.test', port: 1 }])
    const { proxies, errors } = parseProxies(list, { existing: (id) => (id === there.id ? there : undefined) })
    expect(proxies.map(({ host }) => host)).toEqual(['a.test'])
    expect(errors.map(({ code, reason }) => [code, reason])).toEqual([['id', 'Another proxy has the same id.']])
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
