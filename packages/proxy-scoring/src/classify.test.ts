import { describe, expect, it } from 'vitest'
import { classifyConnectStatus, classifyFailure, classifySocksReply } from './classify.ts'

const coded = (code: string) => Object.assign(new Error(code), { code })

describe('an error', () => {
  it.each([
    ['ECONNREFUSED', 'refused_connection'],
    ['ENOTFOUND', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_PRX_TLS', 'tls'],
    ['UND_ERR_SOCKS5_AUTH_FAILED', 'auth'],
    ['UND_ERR_SOCKS5_REPLY_5', 'target'],
    ['UND_ERR_SOCKS5_ADDR_TYPE', 'bad_answer'],
    ['HPE_INVALID_CONSTANT', 'bad_answer'],
    ['CERT_HAS_EXPIRED', 'target'],
    ['constructor', 'target'],
  ])('of code %s is %s', (code, reason) => {
    expect(classifyFailure(coded(code))).toBe(reason)
  })

  it('is told by its innermost cause, however deep', () => {
    const tunnel = new Error('Proxy response (407) !== 200 when HTTP Tunneling')
    const deep = new TypeError('fetch failed', { cause: new Error('x', { cause: tunnel }) })
    expect(classifyFailure(deep)).toBe('auth')
    expect(classifyFailure(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(
      'refused_connection',
    )
  })

  it('of the caller’s own is nobody’s fault', () => {
    for (const error of [new TypeError('x is not a function'), 'text', null, undefined, { code: 'ECONNRESET' }])
      expect(classifyFailure(error)).toBe('target')
  })

  it('of a TLS handshake is the proxy’s where the proxy speaks TLS, unless it names another host', () => {
    const https = { protocol: 'https', host: 'p.test' } as const
    for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER']) {
      const error = new TypeError('fetch failed', { cause: coded(code) })
      expect([code, classifyFailure(error, https)]).toEqual([code, 'tls'])
      for (const protocol of ['http', 'socks5'] as const)
        expect([code, classifyFailure(error, { ...https, protocol })]).toEqual([code, 'target'])
    }
    const wrongName = (host: string) => Object.assign(coded('ERR_TLS_CERT_ALTNAME_INVALID'), { host })
    expect(classifyFailure(wrongName('p.test'), https)).toBe('tls')
    expect(classifyFailure(wrongName('site.test'), https)).toBe('target')
    expect(classifyFailure(coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'))).toBe('bad_answer')
  })

  it('of a tunnel that Node itself asked for is told by the proxy’s answer', () => {
    const refused = (more: object) => classifyFailure(Object.assign(coded('ERR_PROXY_TUNNEL'), more))
    expect(refused({ statusCode: 407 })).toBe('auth')
    expect(refused({ message: 'Failed to establish tunnel: HTTP/1.1 502 Bad Gateway' })).toBe('target')
    expect(refused({})).toBe('bad_answer')
  })

  it('that goes round in circles ends', () => {
    const error = new Error('round')
    error.cause = error
    expect(classifyFailure(error)).toBe('target')
  })

  it('of an abort is cancelled, of a deadline a timeout', () => {
    expect(classifyFailure(new DOMException('', 'AbortError'))).toBe('cancelled')
    expect(classifyFailure(new DOMException('', 'TimeoutError'))).toBe('timeout')
  })
})

it.each([
  [407, 'auth'],
  [403, 'refused_connection'],
  [503, 'refused_connection'],
  [502, 'target'],
  [504, 'target'],
  [301, 'bad_answer'],
])('an answer of %i to CONNECT is %s', (status, reason) => {
  expect(classifyConnectStatus(status)).toBe(reason)
})

it.each([
  [1, 'unreachable'],
  [2, 'refused_connection'],
  [3, 'target'],
  [4, 'target'],
  [5, 'target'],
  [6, 'target'],
  [7, 'bad_answer'],
  [8, 'bad_answer'],
  [255, 'bad_answer'],
])('a SOCKS5 reply of %i is %s', (reply, reason) => {
  expect(classifySocksReply(reply)).toBe(reason)
  expect(classifyFailure(coded(`UND_ERR_SOCKS5_REPLY_${reply}`))).toBe(reason)
})
