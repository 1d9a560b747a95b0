import { RefbotError } from '../errors.ts'

/** What the owner of an origin allows. */
export interface Allowance {
  /** `/signup` is that path alone, `/signup/*` everything below it, `/*` all of the origin. */
  readonly paths: readonly string[]
  /** Origins besides the target that forms may post to. */
  readonly submitOrigins: readonly string[]
  /** Mail domains that a generated identity may use. */
  readonly emailDomains: readonly string[]
  /** Non-GET requests a minute over all runs; `null` is no limit. */
  readonly maxPerMinute: number | null
  /** Non-GET requests a day (UTC) over all runs; `null` is no limit. */
  readonly maxPerDay: number | null
  /** Open pages at a time over all runs; `null` is no limit. */
  readonly concurrency: number | null
  /** Proxies that may be used: none, only those on loopback, or any. */
  readonly proxies: 'none' | 'loopback' | 'any'
}

/** The authorisation document of one origin, checked. */
export interface AuthorisationDocument {
  readonly origin: string
  /** sha256 (hex) of the operator's secret; absent in the built-in document of loopback. */
  readonly operatorKey?: string
  /** Epoch milliseconds; absent in the built-in document of loopback. */
  readonly expires?: number
  readonly allow: Allowance
}

/** The right to open one origin, and what else its pages may reach. */
export interface Authorisation {
  /** Scheme, host and port as WHATWG URL serialises them. */
  readonly origin: string
  /** Where the right comes from: built in for loopback, or fetched from the origin. */
  readonly source: 'loopback' | 'document'
  readonly document: AuthorisationDocument
}

/** Domains that nobody can receive mail at (RFC 2606, RFC 6761). */
export const RESERVED_MAIL_DOMAINS: readonly string[] = [
  'example.com',
  'example.net',
  'example.org',
  '*.test',
  '*.example',
  '*.invalid',
]

/**
 * Decides whether pages of an origin may be opened.
 *
 * @param target an origin or any http(s) URL of it
 * @throws RefbotError `TARGET_INVALID` when it is no http(s) URL or carries credentials,
 *   `TARGET_NOT_AUTHORISED` when nobody has agreed to it
 */
export async function authorise(target: string): Promise<Authorisation> {
  const { origin, hostname } = parseTarget(target)
  if (!isLoopbackHost(hostname)) {
    throw new RefbotError('TARGET_NOT_AUTHORISED', `${origin} has not agreed to be tested`, {
      hint: 'Use a site on this machine (localhost, 127.0.0.1 or [::1]): other origins cannot be authorised yet.',
    })
  }
  return { origin, source: 'loopback', document: loopbackDocument(origin) }
}

/**
 * The origin and the host of a target, as WHATWG URL parses them.
 *
 * @throws RefbotError `TARGET_INVALID`
 */
export function parseTarget(target: string): { origin: string; hostname: string } {
  const hint = 'Give an origin such as http://127.0.0.1:3000 or https://staging.example.com.'
  const url = URL.parse(target)
  if (url === null)
    throw new RefbotError('TARGET_INVALID', `The target ${JSON.stringify(target)} is not a URL`, { hint })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RefbotError(
      'TARGET_INVALID',
      `The target has the scheme ${url.protocol} where http: or https: is needed`,
      { hint },
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new RefbotError('TARGET_INVALID', `The target ${url.origin} carries credentials in its URL`, {
      hint: 'Take the user name and the password out of the URL.',
    })
  }
  return { origin: url.origin, hostname: url.hostname }
}

/**
 * Whether a host, as WHATWG URL serialises it, is loopback: a literal of 127.0.0.0/8, `[::1]`, or exactly `localhost`.
 * A name that merely resolves there is not.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

function loopbackDocument(origin: string): AuthorisationDocument {
  return {
    origin,
    allow: {
      paths: ['/*'],
      submitOrigins: [],
      emailDomains: RESERVED_MAIL_DOMAINS,
      maxPerMinute: null,
      maxPerDay: null,
      concurrency: null,
      proxies: 'loopback',
    },
  }
}
