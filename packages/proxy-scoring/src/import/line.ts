import { isIPv4 } from 'node:net'
import type { EgressProxy, ProxyInput, ProxyProtocol } from '../proxy.ts'
import { checked, type ParseOptions, type Problem, problem } from './result.ts'

/**
 * Reads one entry: `host:port`, `host:port:user:pass`, `user:pass@host:port` or a URL (http, https, socks5); IPv6 addresses stand in
 * brackets. In a URL user and password are percent-decoded, elsewhere they stand as they are.
 */
export function parseLine(entry: string, options: ParseOptions): EgressProxy | Problem {
  const input = readEntry(entry, options.protocol ?? 'http')
  return 'code' in input ? input : checked(input, options)
}

const SCHEMES: Readonly<Record<string, { protocol: ProxyProtocol; port: number }>> = {
  http: { protocol: 'http', port: 80 },
  https: { protocol: 'https', port: 443 },
  socks5: { protocol: 'socks5', port: 1080 },
  // The proxy resolves the name, which is what we ask of every SOCKS5 proxy.
  socks5h: { protocol: 'socks5', port: 1080 },
}

export function schemeOf(name: string): { protocol: ProxyProtocol; port: number } | undefined {
  return Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
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
  const scheme = schemeOf(name.toLowerCase())
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

export function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined
}

/** Decodes what is validly encoded; a lone `%` in a password stays. */
function percentDecode(part: string): string {
  return part.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

/** The line without comment and blanks around it. */
export function withoutComment(raw: string): string {
  const text = raw.trim()
  if (/^(#|;|\/\/)/.test(text)) return ''
  const comment = /\s#/.exec(text)
  return comment === null ? text : text.slice(0, comment.index).trim()
}
