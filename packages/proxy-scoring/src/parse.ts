import { isIPv4 } from 'node:net'
import { ProxyScoringError } from './errors.ts'
import {
  type CreateProxyOptions,
  canonicalHost,
  createProxy,
  type EgressProxy,
  type ProxyInput,
  type ProxyProtocol,
} from './proxy.ts'

/** Why a line of a list was not taken. */
export type ParseErrorCode = 'malformed' | 'host' | 'port' | 'protocol' | 'credentials' | 'duplicate'

/** A line that was not taken. Its text is not repeated: it may hold credentials. */
export interface ParseError {
  /** Counted from 1. */
  readonly line: number
  readonly code: ParseErrorCode
  /** One sentence. */
  readonly reason: string
}

export interface ParseResult {
  readonly proxies: EgressProxy[]
  readonly errors: ParseError[]
}

export interface ParseOptions extends CreateProxyOptions {
  /** The protocol of entries that name none. Default `http`. */
  readonly protocol?: ProxyProtocol
}

/**
 * Reads a list of proxies, one a line: `host:port`, `host:port:user:pass`, `user:pass@host:port` or a URL (http, https, socks5).
 * IPv6 addresses stand in brackets. Empty lines and comments (`#`, `//`, `;`) are skipped; what can't be read is reported and
 * the rest is kept. In a URL user and password are percent-decoded, elsewhere they stand as they are.
 */
export function parseProxies(text: string, options: ParseOptions = {}): ParseResult {
  const proxies: EgressProxy[] = []
  const errors: ParseError[] = []
  const lineOfId = new Map<string, number>()
  const lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split(/\r\n|\n|\r/)
  for (const [index, raw] of lines.entries()) {
    const line = index + 1
    const entry = withoutComment(raw)
    if (entry === '') continue
    const parsed = parseProxyLine(entry, options)
    if ('code' in parsed) {
      errors.push({ line, ...parsed })
      continue
    }
    const first = lineOfId.get(parsed.id)
    if (first !== undefined) {
      errors.push({ line, code: 'duplicate', reason: `The same proxy stands in line ${first}.` })
      continue
    }
    lineOfId.set(parsed.id, line)
    proxies.push(parsed)
  }
  return { proxies, errors }
}

type Problem = Omit<ParseError, 'line'>

/** Reads one entry, without comment. */
export function parseProxyLine(entry: string, options: ParseOptions = {}): EgressProxy | Problem {
  const input = readEntry(entry, options.protocol ?? 'http')
  if ('code' in input) return input
  return checked(input, options)
}

function checked(input: ProxyInput, options: CreateProxyOptions): EgressProxy | Problem {
  if (canonicalHost(input.host) === undefined) return problem('host')
  if (!(input.port >= 1 && input.port <= 65535)) return problem('port')
  try {
    return createProxy(input, options)
  } catch (error) {
    if (error instanceof ProxyScoringError) return problem('credentials')
    throw error
  }
}

const REASONS: Readonly<Record<ParseErrorCode, string>> = {
  malformed:
    'The line is none of host:port, host:port:user:pass, user:pass@host:port or a URL (IPv6 stands in brackets).',
  host: 'The host is neither a name nor an IP address.',
  port: 'The port is not a whole number from 1 to 65535.',
  protocol: 'The protocol is not http, https or socks5.',
  credentials: 'The credentials hold control characters, or a password without a user.',
  duplicate: 'The same proxy stands further up.',
}

function problem(code: ParseErrorCode): Problem {
  return { code, reason: REASONS[code] }
}

const SCHEMES: Readonly<Record<string, { protocol: ProxyProtocol; port: number }>> = {
  http: { protocol: 'http', port: 80 },
  https: { protocol: 'https', port: 443 },
  socks5: { protocol: 'socks5', port: 1080 },
  // The proxy resolves the name, which is what we ask of every SOCKS5 proxy.
  socks5h: { protocol: 'socks5', port: 1080 },
}

function readEntry(entry: string, fallback: ProxyProtocol): ProxyInput | Problem {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(entry)
  if (scheme !== null) return readUrl(scheme[1] ?? '', entry.slice(scheme[0].length))
  const at = entry.lastIndexOf('@')
  const fields = colonFields(entry)
  // An IP address in front settles it: `1.2.3.4:80:user:p@ss` holds its `@` in the password.
  const fieldsFirst =
    fields !== undefined && fields.rest.length >= 2 && (isIPv4(fields.host) || fields.host.startsWith('['))
  if (at > 0 && !fieldsFirst) {
    const address = readAddress(entry.slice(at + 1))
    if (address !== undefined) return withLogin(address, fallback, entry.slice(0, at), (part) => part)
  }
  if (fields === undefined) return problem('malformed')
  const port = readPort(fields.port)
  if (port === undefined) return problem('port')
  const base = { protocol: fallback, host: fields.host, port }
  if (fields.rest.length === 0) return base
  const [username, ...password] = fields.rest
  if (username === undefined || username === '' || password.length === 0) return problem('malformed')
  return { ...base, username, password: password.join(':') }
}

function readUrl(name: string, rest: string): ProxyInput | Problem {
  const scheme = SCHEMES[name.toLowerCase()]
  if (scheme === undefined) return problem('protocol')
  const at = rest.lastIndexOf('@')
  const address = readAddress(rest.slice(at + 1).replace(/\/$/, ''), scheme.port)
  if (address === undefined) return problem('malformed')
  if (at === -1) return { protocol: scheme.protocol, ...address }
  return withLogin(address, scheme.protocol, rest.slice(0, at), percentDecode)
}

function withLogin(
  address: { host: string; port: number },
  protocol: ProxyProtocol,
  login: string,
  decode: (part: string) => string,
): ProxyInput | Problem {
  const colon = login.indexOf(':')
  const username = decode(colon === -1 ? login : login.slice(0, colon))
  if (colon === -1) return username === '' ? { protocol, ...address } : { protocol, ...address, username }
  return { protocol, ...address, username, password: decode(login.slice(colon + 1)) }
}

/** `host:port` or `[v6]:port`; the port may be missing where there is a default. */
function readAddress(text: string, defaultPort?: number): { host: string; port: number } | undefined {
  const match = /^(\[[^\]]+\]|[^:[\]]+)(?::(.*))?$/.exec(text)
  if (match === null) return undefined
  const port = match[2] === undefined ? defaultPort : readPort(match[2])
  return port === undefined ? undefined : { host: match[1] ?? '', port }
}

function colonFields(entry: string): { host: string; port: string; rest: string[] } | undefined {
  const match = /^(\[[^\]]+\]|[^:[\]]+):([^:]*)(?::(.*))?$/.exec(entry)
  if (match === null) return undefined
  return { host: match[1] ?? '', port: match[2] ?? '', rest: match[3] === undefined ? [] : match[3].split(':') }
}

function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined
}

/** Decodes what is validly encoded; a lone `%` in a password stays. */
function percentDecode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function withoutComment(raw: string): string {
  const text = raw.trim()
  if (/^(#|;|\/\/)/.test(text)) return ''
  const comment = /\s#/.exec(text)
  return comment === null ? text : text.slice(0, comment.index).trim()
}
