import { isIPv4, isIPv6 } from 'node:net'

/** Where a request is to go. */
export interface Target {
  /** As asked for, an IPv6 address without its brackets. */
  readonly host: string
  readonly port: number
  /** `host:port`, as it is logged. */
  readonly authority: string
}

/** Parses `host:port`, the target of a CONNECT; `undefined` when it is anything else. */
export function parseAuthority(authority: string, defaultPort?: number): Target | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^\s:@[\]/?#]+))(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port === undefined || port < 1 || port > 65_535) return undefined
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined
  return { host, port, authority: bracketed === undefined ? `${host}:${port}` : `[${host}]:${port}` }
}

/** What an absolute-form request asks for. */
export interface AbsoluteForm {
  readonly target: Target
  /** The `Host` header for the target: the authority as it was spelt. */
  readonly host: string
  /** Path and query, with a leading slash. */
  readonly path: string
}

/** Parses an absolute-form request target, `http://host[:port]/path`; `undefined` when it is anything else. */
export function parseAbsoluteForm(url: string): AbsoluteForm | undefined {
  const [, host, rest] = /^http:\/\/([^/?#]*)([^#]*)$/i.exec(url) ?? []
  if (host === undefined || rest === undefined) return undefined
  const target = parseAuthority(host, 80)
  return target === undefined ? undefined : { target, host, path: rest.startsWith('/') ? rest : `/${rest}` }
}

/** Literal loopback addresses and the one name `localhost`; other spellings and names that resolve there are not. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
