import type { FailureReason } from './outcome.ts'

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
  UND_ERR_PRX_TLS: 'tls',
  UND_ERR_SOCKS5_AUTH_FAILED: 'auth',
  UND_ERR_SOCKS5_AUTH_REJECTED: 'auth',
  UND_ERR_SOCKS5_REPLY_1: 'unreachable',
  UND_ERR_SOCKS5_REPLY_2: 'refused_connection',
  // The proxy did its part: the site's network, host or port is not there.
  UND_ERR_SOCKS5_REPLY_3: 'target',
  UND_ERR_SOCKS5_REPLY_4: 'target',
  UND_ERR_SOCKS5_REPLY_5: 'target',
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

/** Whether an error comes from a TLS handshake: a certificate that can't be trusted, or no TLS at all. */
export function isTlsFailure(error: unknown): boolean {
  return withCauses(error).some((one) => {
    const code = 'code' in one && typeof one.code === 'string' ? one.code : ''
    return /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|UND_ERR_PRX_TLS|HOSTNAME_MISMATCH)/.test(
      code,
    )
  })
}

/**
 * Tells whose fault an error of `fetch`, undici or a socket behind a proxy is, looking down its causes. What it does not know is
 * `target`: an error of the caller's own code must not count against a proxy.
 */
export function classifyFailure(error: unknown): FailureReason {
  for (const one of withCauses(error)) {
    const status = /Proxy response \((\d{3})\)/.exec(one.message)?.[1]
    if (status !== undefined) return classifyConnectStatus(Number(status))
    if (/Proxy Authentication Required/i.test(one.message)) return 'auth'
    const code = 'code' in one && typeof one.code === 'string' ? one.code : ''
    const reason = lookUp(BY_CODE, code) ?? lookUp(BY_NAME, one.name)
    if (reason !== undefined) return reason
    if (code.startsWith('HPE_') || code.startsWith('UND_ERR_SOCKS5')) return 'bad_answer'
  }
  return 'target'
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
