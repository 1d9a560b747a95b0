import { describe, expect, it } from 'vitest'
import { assertOwnHost, type HostRules, hostname } from './host.ts'

const accepts = (host: string, rules: Partial<HostRules>): boolean => {
  try {
    assertOwnHost(host, undefined, { boundHost: '127.0.0.1', allowedHosts: [], ...rules })
    return true
  } catch {
    return false
  }
}

describe('the hosts that a server answers for', () => {
  it('the address that it is bound to, and no neighbour', () => {
    expect(accepts('192.168.1.5:8000', { boundHost: '192.168.1.5' })).toBe(true)
    expect(accepts('[fd00::1]', { boundHost: 'fd00::1' })).toBe(true)
    expect(accepts('192.168.1.6:8000', { boundHost: '192.168.1.5' })).toBe(false)
  })

  it('bound to all addresses, any address, but no name, since a name may be rebound', () => {
    for (const boundHost of ['0.0.0.0', '::']) {
      expect(accepts('10.0.0.7:8000', { boundHost })).toBe(true)
      expect(accepts('[fd00::1]:8000', { boundHost })).toBe(true)
      expect(accepts('evil.example', { boundHost })).toBe(false)
    }
  })

  it("the operator's own names, whatever their case, and no others below them", () => {
    const allowedHosts = ['Bot.Example.com']
    expect(accepts('bot.example.com', { allowedHosts })).toBe(true)
    expect(accepts('BOT.example.com:443', { allowedHosts })).toBe(true)
    expect(accepts('a.bot.example.com', { allowedHosts })).toBe(false)
  })

  it.each([
    '',
    'a b',
    'a/b',
    'user@localhost',
    'localhost:',
    'localhost:123456',
    '[::1',
    'localhost:80:80',
    'ö.example',
  ])('%j is no Host', (host) => expect(hostname(host)).toBeUndefined())
})
