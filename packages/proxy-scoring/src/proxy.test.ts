import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ProxyScoringError } from './errors.ts'
import { createProxy, isLoopbackProxy, isSameProxy, proxyUrl } from './proxy.ts'

const SECRET = 's3cr3t:p%40ss'

describe('a proxy', () => {
  it('shows its credentials to a reader and to nobody else', () => {
    const proxy = createProxy({ host: 'proxy.test', port: 8080, username: 'user-7', password: SECRET, label: 'one' })
    expect([proxy.username, proxy.password]).toEqual(['user-7', SECRET])
    const shown = [
      proxy.id,
      String(proxy),
      JSON.stringify(proxy),
      inspect(proxy, { showHidden: true, depth: 9 }),
      inspect({ nested: [proxy] }, { depth: 9, getters: true }),
      JSON.stringify({ ...proxy }),
      JSON.stringify(structuredClone({ ...proxy })),
      Object.keys(proxy).join(),
    ].join('\n')
    expect(shown).toContain('proxy.test')
    expect(shown).not.toContain('user-7')
    expect(shown).not.toContain('s3cr3t')
  })

  it('has an id that holds address and account apart, and stays the same', () => {
    const at = (username?: string, password?: string) => createProxy({ host: 'P.test', port: 1, username, password }).id
    expect(at()).toBe('http://p.test:1')
    expect(at('a', 'b')).toMatch(/^http:\/\/p\.test:1#[0-9a-f]{16}$/)
    expect(at('a', 'b')).toBe(at('a', 'b'))
    expect(new Set([at(), at('a'), at('', 'a'), at('a', 'b'), at('a', 'c'), at('b', 'b')]).size).toBe(6)
    // Nothing is nothing, written down or left out.
    expect([at('', ''), at('', undefined), at('a', '')]).toEqual([at(), at(), at('a')])
  })

  it('keys the account part of the id on request', () => {
    const input = { host: 'p.test', port: 1, username: 'a', password: 'b' }
    expect(createProxy(input, { idKey: 'k' }).id).not.toBe(createProxy(input).id)
    expect(createProxy(input, { idKey: 'k' }).id).toBe(createProxy(input, { idKey: 'k' }).id)
  })

  it('is the same one by protocol, address and credentials', () => {
    const one = createProxy({ host: '[2001:DB8:0::1]', port: 1080, protocol: 'socks5' })
    expect(one.host).toBe('2001:db8::1')
    expect(isSameProxy(one, createProxy({ host: '2001:db8::0:1', port: 1080, protocol: 'socks5' }))).toBe(true)
    expect(isSameProxy(one, createProxy({ host: '2001:db8::1', port: 1080, protocol: 'http' }))).toBe(false)
    const account = { host: 'P.test', port: 1, username: 'a' }
    expect(isSameProxy({ ...account, password: '' }, { ...account, host: 'p.test', protocol: 'http' })).toBe(true)
    expect(isSameProxy({ ...account, password: 'b' }, account)).toBe(false)
  })

  it('gives a URL with encoded credentials when asked', () => {
    const proxy = createProxy({ protocol: 'socks5', host: '::1', port: 9, username: 'a@b', password: SECRET })
    const url = new URL(proxyUrl(proxy))
    expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual(['a@b', SECRET])
    expect([url.hostname, url.port]).toEqual(['[::1]', '9'])
  })

  it.each([
    [{ host: '', port: 1 }],
    [{ host: 'a b', port: 1 }],
    [{ host: '1.2.3', port: 1 }],
    [{ host: '1.2.3.400', port: 1 }],
    [{ host: 'a', port: 0 }],
    [{ host: 'a', port: 65536 }],
    [{ host: 'a', port: 1.5 }],
    [{ host: 'a', port: Number.NaN }],
    [{ host: 'a', port: 1, password: SECRET }],
    [{ host: 'a', port: 1, username: 'u', password: `${SECRET}\r\n` }],
    [{ host: 'a', port: 1, protocol: 'ftp' as 'http' }],
    [{ host: 'a', port: 1, id: '' }],
    [{ port: 1 } as { host: string; port: number }],
    [{ host: 7 as unknown as string, port: 1 }],
    [{ host: 'a', port: 1, username: 'u', password: `${SECRET}\ud800` }],
    [{ host: 'a', port: 1, username: 'u', password: 7 as unknown as string }],
  ])('refuses %j without repeating credentials', (input) => {
    const act = () => createProxy(input)
    expect(act).toThrow(ProxyScoringError)
    expect(act).toThrow(expect.objectContaining({ code: 'PROXY_INVALID' }))
    expect(act).not.toThrow(/s3cr3t/)
  })

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['LOCALHOST', true],
    ['localhost.', false],
    ['foo.localhost', false],
    ['0.0.0.0', false],
    ['::ffff:7f00:1', false],
    ['127.0.0.1.example.test', false],
  ])('%s on loopback: %s', (host, loopback) => {
    expect(isLoopbackProxy(createProxy({ host, port: 1 }))).toBe(loopback)
  })
})
