import type { FailureReason } from './outcome.ts'
import type { EgressProxy } from './proxy.ts'

/** Codes that a connection to the proxy gives; behind a proxy every socket of the client's ends there. */
const BY_CODE: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused_connection',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_PRX_CONN: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  // What the site encrypted did not arrive as it was sent, or ours did not: bytes were changed on the way.
  ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC: 'bad_answer',
  ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC: 'bad_answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'bad_answer',
  UND_ERR_SOCKS5_AUTH_FAILED: 'auth',
  UND_ERR_SOCKS5_AUTH_REJECTED: 'auth',
  UND_ERR_SOCKS5_REPLY_1: 'unreachable',
  UND_ERR_SOCKS5_REPLY_2: 'refused_connection',
  // The proxy did its part: the site's network, host or port is not there.
  UND_ERR_SOCKS5_REPLY_3: 'target',
  UND_ERR_SOCKS5_REPLY_4: 'target',
  UND_ERR_SOCKS5_REPLY_5: 'target',
  UND_ERR_SOCKS5_REPLY_6: 'target',
  ABORT_ERR: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
}

const BY_NAME: Readonly<Record<string, FailureReason>> = {
  AbortError: 'cancelled',
  TimeoutError: 'timeout',
  HTTPParserError: 'bad_answer',
}

/** What an HTTP proxy's answer to CONNECT says. */
export function classifyConnectStatus(status: number): FailureReason {
  if (status === 407) return 'auth'
  if (status === 502 || status === 504) return 'target'
  if (status >= 400 && status < 600) return 'refused_connection'
  return 'bad_answer'
}

/** What the code in a SOCKS5 proxy's reply says (RFC 1928, section 6). */
export function classifySocksReply(reply: number): FailureReason {
  return lookUp(BY_CODE, `UND_ERR_SOCKS5_REPLY_${reply}`) ?? 'bad_answer'
}

/** Whether an error comes from a TLS handshake: a certificate that can't be trusted, or no TLS at all. */
export function isTlsFailure(error: unknown): boolean {
  return withCauses(error).some((one) => TLS_CODE.test(codeOf(one)))
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|CRL_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|UND_ERR_PRX_TLS|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/

/**
 * Tells whose fault an error of `fetch`, undici, `node:http` or a socket behind a proxy is, looking down its causes. What it does not know is
 * `target`: an error of the caller's own code must not count against a proxy.
 * @param proxy the one that was used. Without it a TLS failure is taken for the site's; through an `https` proxy for the proxy's, unless the error
 *   names another host: an error does not say with whom the handshake was, and a proxy without a valid certificate must not be kept.
 */
export function classifyFailure(error: unknown, proxy?: Pick<EgressProxy, 'protocol' | 'host'>): FailureReason {
  const chain = withCauses(error)
  if (chain.some((one) => codeOf(one) === 'UND_ERR_PRX_TLS')) return 'tls'
  for (const one of chain) {
    const code = codeOf(one)
    const status = tunnelStatus(one, code)
    if (status !== undefined) return classifyConnectStatus(status)
    if (/Proxy Authentication Required/i.test(one.message)) return 'auth'
    const reason = lookUp(BY_CODE, code) ?? lookUp(BY_NAME, one.name)
    if (reason !== undefined) return reason
    if (code.startsWith('HPE_') || code.startsWith('UND_ERR_SOCKS5')) return 'bad_answer'
    if (TLS_CODE.test(code)) return isProxysTls(one, proxy) ? 'tls' : 'target'
  }
  return 'target'
}

/** What a proxy answered to CONNECT, where it was not 200: undici says it in the text, Node's own agents by a code. */
function tunnelStatus(error: Error, code: string): number | undefined {
  const text = /Proxy response \((\d{3})\)/.exec(error.message)?.[1]
  if (text !== undefined) return Number(text)
  if (code !== 'ERR_PROXY_TUNNEL') return undefined
  if ('statusCode' in error && typeof error.statusCode === 'number') return error.statusCode
  return Number(/HTTP\/1\.\d (\d{3})/.exec(error.message)?.[1] ?? 0)
}

/** An https proxy is the first that a handshake is made with. Where a certificate is for another name, the error says for which. */
function isProxysTls(error: Error, proxy: Pick<EgressProxy, 'protocol' | 'host'> | undefined): boolean {
  if (proxy?.protocol !== 'https') return false
  return !('host' in error) || typeof error.host !== 'string' || error.host.toLowerCase() === proxy.host
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function lookUp(table: Readonly<Record<string, FailureReason>>, key: string): FailureReason | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** The error, what caused it and what it gathers; the innermost first, since it is the most exact. */
function withCauses(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 5) return []
  const gathered = error instanceof AggregateError ? error.errors.flatMap((one) => withCauses(one, depth + 1)) : []
  return [...withCauses(error.cause, depth + 1), ...gathered, error]
}
