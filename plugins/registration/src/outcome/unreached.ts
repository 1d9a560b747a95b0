import type { Verdict } from './classify.ts'

/** What is wrong with a site's TLS, by the codes of the gate and of the browser. */
const tls: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^TARGET_TLS_EXPIRED$|^ERR_CERT_DATE_INVALID$/, 'The certificate of the site is not valid today'],
  [/^TARGET_TLS_WRONG_HOST$|^ERR_CERT_COMMON_NAME_INVALID$/, 'The certificate of the site is for another host'],
  [/^TARGET_TLS_UNTRUSTED$|^ERR_CERT_/, 'Nobody who is trusted vouches for the certificate of the site'],
  [/^TARGET_TLS_FAILED$|^ERR_SSL_/, 'The site does not speak TLS as it should'],
]

/** A site that no request has reached, by the code of what went wrong. */
export function unreached(code: string): Verdict {
  const [, reason] = tls.find(([codes]) => codes.test(code)) ?? []
  return reason === undefined
    ? { outcome: 'unreachable', reason: `The site could not be reached (${code}).` }
    : { outcome: 'tls_failed', reason: `${reason} (${code}).` }
}
