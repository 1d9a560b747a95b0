import { ProxyScoringError } from '../errors.ts'
import {
  type CreateProxyOptions,
  canonicalHost,
  createProxy,
  type EgressProxy,
  type ProxyInput,
  type ProxyProtocol,
} from '../proxy.ts'

/** Why an entry of a list was not taken. */
export type ParseErrorCode = 'malformed' | 'host' | 'port' | 'protocol' | 'credentials' | 'duplicate' | 'id'

/** An entry that was not taken. Its text is not repeated: it may hold credentials. */
export interface ParseError {
  /** Where it begins, counted from 1. */
  readonly line: number
  readonly code: ParseErrorCode
  /** One sentence. */
  readonly reason: string
}

export interface ParseResult {
  readonly proxies: EgressProxy[]
  readonly errors: ParseError[]
}

export type ListFormat = 'lines' | 'csv' | 'json'

export interface ParseOptions extends CreateProxyOptions {
  /** The protocol of entries that name none. Default `http`. */
  readonly protocol?: ProxyProtocol
  /** Default: seen from the text. */
  readonly format?: ListFormat
  /** Proxies that are there already, by id: another one with the id of one of them is an error, the same one is not. */
  readonly existing?: (id: string) => EgressProxy | undefined
}

export type Problem = Omit<ParseError, 'line'>

const REASONS: Readonly<Record<ParseErrorCode, string>> = {
  malformed:
    'It is none of host:port, host:port:user:pass, user:pass@host:port, a URL, a CSV row or a JSON object (IPv6 stands in brackets).',
  host: 'The host is neither a name nor an IP address.',
  port: 'The port is not a whole number from 1 to 65535.',
  protocol: 'The protocol is not http, https or socks5.',
  credentials: 'The credentials hold control characters, or a password without a user.',
  duplicate: 'The same proxy stands further up.',
  id: 'Another proxy has the same id.',
}

export function problem(code: ParseErrorCode, reason = REASONS[code]): Problem {
  return { code, reason }
}

/** The proxy, or what keeps it from being one. */
export function checked(input: ProxyInput, options: CreateProxyOptions): EgressProxy | Problem {
  if (canonicalHost(input.host) === undefined) return problem('host')
  if (!Number.isInteger(input.port) || input.port < 1 || input.port > 65535) return problem('port')
  try {
    return createProxy(input, options)
  } catch (error) {
    if (error instanceof ProxyScoringError) return problem('credentials')
    throw error
  }
}
