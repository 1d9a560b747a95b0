import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EgressProxy } from '../proxy.ts'
import { proxyUrl } from '../proxy.ts'
import { parseProxies } from './parse.ts'

const flat = (p: EgressProxy) => [p.protocol, p.host, p.port, p.username, p.password]

describe('a list of proxies', () => {
  it.each([
    ['1.2.3.4:8080', ['http', '1.2.3.4', 8080, undefined, undefined]],
    ['proxy.test:8080:user:pass', ['http', 'proxy.test', 8080, 'user', 'pass']],
    ['proxy.test:8080:user:pa:ss%40', ['http', 'proxy.test', 8080, 'user', 'pa:ss%40']],
    ['1.2.3.4:80:user:p@ss:99', ['http', '1.2.3.4', 80, 'user', 'p@ss:99']],
    ['user:pa:s%s@proxy.test:8080', ['http', 'proxy.test', 8080, 'user', 'pa:s%s']],
    ['user:p@ss@proxy.test:8080', ['http', 'proxy.test', 8080, 'user', 'p@ss']],
    ['http://proxy.test', ['http', 'proxy.test', 80, undefined, undefined]],
    ['HTTPS://user:p%40%3A@proxy.test/', ['https', 'proxy.test', 443, 'user', 'p@:']],
    ['socks5://user:100%@proxy.test:1', ['socks5', 'proxy.test', 1, 'user', '100%']],
    ['http://u:a%40b%c%E4%zz@p.test:1', ['http', 'p.test', 1, 'u', 'a@b%c%E4%zz']],
    ['socks5h://[::1]:1080', ['socks5', '::1', 1080, undefined, undefined]],
    ['[2001:db8::1]:8080:user:pass', ['http', '2001:db8::1', 8080, 'user', 'pass']],
    ['user:pass@[2001:db8::1]:8080', ['http', '2001:db8::1', 8080, 'user', 'pass']],
    ['  1.2.3.4:80 # office', ['http', '1.2.3.4', 80, undefined, undefined]],
  ])('reads %s', (line, expected) => {
    const { proxies, errors } = parseProxies(line)
    expect(errors).toEqual([])
    expect(proxies.map(flat)).toEqual([expected])
  })

  it('keeps the good lines and reports each bad one by number and reason, never by its text', () => {
    const text = [
      '\uFEFF# operators',
      'good.test:1:u:hunter2',
      'bad.test:99999:u:hunter2',
      'ftp://u:hunter2@bad.test:1',
      '',
      '2001:db8::1:8080',
      'u:hunter2@',
      'bad host:80',
      'good.test:1:u:hunter2',
      'half.test:80:hunter2',
      'socks5://good.test:2',
      'constructor://odd.test:3',
    ].join('\r\n')
    const { proxies, errors } = parseProxies(text)
    expect(proxies.map((p) => p.host + p.port)).toEqual(['good.test1', 'good.test2'])
    expect(errors.map((e) => [e.line, e.code])).toEqual([
      [3, 'port'],
      [4, 'protocol'],
      [6, 'port'],
      [7, 'port'],
      [8, 'host'],
      [9, 'duplicate'],
      [10, 'malformed'],
      [12, 'protocol'],
    ])
    expect(JSON.stringify(errors)).not.toContain('hunter2')
  })

  it('takes the protocol of bare entries from its options', () => {
    expect(parseProxies('a.test:1', { protocol: 'socks5' }).proxies[0]?.id).toBe('socks5://a.test:1')
  })

  const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter((s) => s.trim() === s)

  it('gives back what a URL was made of, whatever the credentials', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 65535 }), (username, password, port) => {
        const line = `http://${encodeURIComponent(username)}:${encodeURIComponent(password)}@p.test:${port}`
        const [proxy] = parseProxies(line).proxies
        expect(proxy && flat(proxy)).toEqual(['http', 'p.test', port, username, password])
        expect(proxy && parseProxies(proxyUrl(proxy)).proxies[0]?.id).toBe(proxy?.id)
      }),
    )
  })

  it('accounts for every line of any text, and repeats nothing of it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
        const text = lines.join('\n')
        const { proxies, errors } = parseProxies(text)
        const count = text.split(/\r\n|\n|\r/).length
        expect(proxies.length + errors.length).toBeLessThanOrEqual(count)
        for (const error of errors) expect(error.line).toBeLessThanOrEqual(count)
      }),
    )
  })
})
