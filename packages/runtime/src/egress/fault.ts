import type { FaultCode } from './record.ts'

/** An upstream connection that did not come about; nothing was forwarded. */
export class ConnectFault extends Error {
  override readonly name = 'ConnectFault'
  readonly code: FaultCode
  readonly proxyFault: boolean
  /** Status of the proxy's answer to CONNECT, or the code of its SOCKS reply. */
  readonly status: number | undefined

  constructor(code: FaultCode, options: { cause?: unknown; status?: number } = {}) {
    super(code, { cause: options.cause })
    this.code = code
    this.proxyFault = code.startsWith('PROXY_')
    this.status = options.status
  }
}

/** Whose side of a connection attempt failed. */
export type Party = 'PROXY' | 'TARGET'

/** Names a socket error of a connection attempt. */
export function connectCode(party: Party, error: unknown): FaultCode {
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
      return `${party}_REFUSED`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${party}_RESET`
    case 'ETIMEDOUT':
    case 'ERR_SOCKET_CONNECTION_TIMEOUT':
      return `${party}_TIMEOUT`
    default:
      return `${party}_UNREACHABLE`
  }
}

/** What OpenSSL says of a certificate, in Node's words; `UNSPECIFIED` is among others a key that is too weak. */
const UNTRUSTED =
  /SELF_SIGNED|^UNABLE_TO|^CERT_|^CRL_|^INVALID_|^ERROR_IN_|CHAIN|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$|^UNSPECIFIED$/

/** Names an error of the TLS handshake with the site. */
export function tlsCode(error: unknown): FaultCode {
  const code = systemCode(error) ?? ''
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'TARGET_TLS_EXPIRED'
  if (code.startsWith('ERR_TLS_CERT_ALTNAME_')) return 'TARGET_TLS_WRONG_HOST'
  if (UNTRUSTED.test(code)) return 'TARGET_TLS_UNTRUSTED'
  if (/^ERR_(OSSL|SSL|TLS)_/.test(code) || code === 'EPROTO') return 'TARGET_TLS_FAILED'
  return connectCode('TARGET', error)
}

/** Names an error of asking an HTTP proxy for a tunnel. */
export function proxyCode(error: unknown): FaultCode {
  if (systemCode(error)?.startsWith('HPE_') === true) return 'PROXY_PROTOCOL_ERROR'
  return tlsCode(error).startsWith('TARGET_TLS_') ? 'PROXY_TLS_FAILED' : connectCode('PROXY', error)
}

/** Names an error that came after the request had left. */
export function exchangeCode(error: unknown): FaultCode {
  const code = systemCode(error) ?? ''
  if (code === 'ETIMEDOUT') return 'RESPONSE_TIMEOUT'
  return /^(HPE_|ERR_HTTP_|ERR_INVALID_)/.test(code) ? 'RESPONSE_MALFORMED' : 'RESPONSE_RESET'
}

/** The stable code that Node put on an error (or on the first of several, where addresses were tried in turn). */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined
}
