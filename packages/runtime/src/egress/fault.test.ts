import { expect, test } from 'vitest'
import { proxyCode, tlsCode } from './fault.ts'

const error = (code: string): Error => Object.assign(new Error(code), { code })

test.each([
  ['CERT_HAS_EXPIRED', 'TARGET_TLS_EXPIRED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TARGET_TLS_WRONG_HOST'],
  ['ERR_TLS_CERT_ALTNAME_FORMAT', 'TARGET_TLS_WRONG_HOST'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TARGET_TLS_UNTRUSTED'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'TARGET_TLS_UNTRUSTED'],
  ['PATH_LENGTH_EXCEEDED', 'TARGET_TLS_UNTRUSTED'],
  ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'TARGET_TLS_UNTRUSTED'],
  ['CRL_HAS_EXPIRED', 'TARGET_TLS_UNTRUSTED'],
  // What OpenSSL says of a key or a digest that is too weak.
  ['UNSPECIFIED', 'TARGET_TLS_UNTRUSTED'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'TARGET_TLS_FAILED'],
  ['ERR_OSSL_ASN1_WRONG_TAG', 'TARGET_TLS_FAILED'],
  ['EPROTO', 'TARGET_TLS_FAILED'],
  ['ECONNRESET', 'TARGET_RESET'],
  ['ECONNREFUSED', 'TARGET_REFUSED'],
  ['ENOTFOUND', 'TARGET_UNREACHABLE'],
  ['EHOSTUNREACH', 'TARGET_UNREACHABLE'],
] as const)('%s in the handshake with a site is %s', (code, expected) => {
  expect(tlsCode(error(code))).toBe(expected)
  const ofProxy = expected.startsWith('TARGET_TLS_') ? 'PROXY_TLS_FAILED' : expected.replace('TARGET_', 'PROXY_')
  expect(proxyCode(error(code))).toBe(ofProxy)
})
