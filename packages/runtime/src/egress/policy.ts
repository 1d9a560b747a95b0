import type { Authorisation, AuthorisationDocument } from './authorisation.ts'
import type { LimitRule, SubmitLimits } from './limiter.ts'

/** Why a request was let through or not; written into the run's request log. */
export type Rule =
  /** The authorised origin itself. */
  | 'target'
  /** An origin that the target's document names for its forms. */
  | 'submit_origin'
  /** An origin that the operator grants for parts of the target's pages. */
  | 'part_host'
  /** Such an origin is read from and nothing else. */
  | 'part_not_read'
  /** The origin turned a run away and is left alone. */
  | 'origin_paused'
  /** Nobody granted this origin. */
  | 'origin_not_granted'
  /** The document does not list the path. */
  | 'path_not_allowed'
  /** The origin has taken as many submits as it or the operator allows in a minute, or in a day. */
  | LimitRule
  /** It would count against a limit, and cannot be counted. */
  | 'limit_uncounted'
  /** The Host header, the tunnel and the request line do not name one and the same site. */
  | 'host_mismatch'
  /** The request is not what a browser sends through a proxy. */
  | 'malformed'

export interface RequestLine {
  readonly method: string
  /** http or https, also for WebSockets. */
  readonly origin: string
  /** Path with query. */
  readonly path: string
  /** Opens a page, a frame or a WebSocket, and is no mere part of a page. Default false. */
  readonly whole?: boolean
}

export type Decision =
  | { readonly allowed: true; readonly rule: Rule }
  | { readonly allowed: false; readonly rule: Rule }

/** Decides on one request from the authorisation alone. Origins are compared as exact strings. */
export function decide(authorisation: Authorisation, request: RequestLine): Decision {
  const { document, submitDocuments } = authorisation
  const target = request.origin === authorisation.origin
  const granting = target ? document : submitDocuments.find(({ origin }) => origin === request.origin)
  if (granting === undefined) return decideOnPart(authorisation, request)
  if (!pathAllowed(granting.allow.paths, request.path)) return { allowed: false, rule: 'path_not_allowed' }
  return { allowed: true, rule: target ? 'target' : 'submit_origin' }
}

function decideOnPart({ partOrigins = [] }: Authorisation, { origin, method, whole = false }: RequestLine): Decision {
  if (whole || !partOrigins.includes(origin)) return { allowed: false, rule: 'origin_not_granted' }
  if (method !== 'GET' && method !== 'HEAD') return { allowed: false, rule: 'part_not_read' }
  return { allowed: true, rule: 'part_host' }
}

/** The first document that allows no proxies. A lease has one proxy for all origins, so each of them has a say. */
export function againstProxies({ document, submitDocuments }: Authorisation): AuthorisationDocument | undefined {
  return [document, ...submitDocuments].find(({ allow }) => allow.proxies === 'none')
}

/** The limits of the document that grants an origin. */
export function submitLimits({ document, submitDocuments }: Authorisation, origin: string): SubmitLimits {
  return [document, ...submitDocuments].find((each) => each.origin === origin)?.allow ?? NO_LIMITS
}

/** Whether a request may change something at the site, and so counts against its limits. */
export function isSubmit(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

const NO_LIMITS: SubmitLimits = { maxPerMinute: null, maxPerDay: null }

/** Whether anything of an origin may be reached at all, so that a connection to it may be opened ahead of a request. */
export function originGranted(authorisation: Authorisation, origin: string): boolean {
  const { partOrigins = [], submitDocuments } = authorisation
  return (
    origin === authorisation.origin ||
    submitDocuments.some((each) => each.origin === origin) ||
    partOrigins.includes(origin)
  )
}

/** Whether one of the patterns covers the path; see `Allowance.paths`. */
export function pathAllowed(patterns: readonly string[], path: string): boolean {
  if (patterns.includes('/*')) return true
  const pathname = canonicalPath(path)
  if (pathname === undefined) return false
  return patterns.some((pattern) => {
    const below = pattern.endsWith('/*')
    const plain = canonicalPath(below ? pattern.slice(0, -1) : pattern)
    return plain !== undefined && (below ? pathname.startsWith(plain) : pathname === plain)
  })
}

/**
 * The path as a server will most likely read it, or undefined where servers disagree: an encoded slash, backslash or
 * percent sign, a percent sign that encodes nothing, or a path that changes when it is decoded a second time.
 */
export function canonicalPath(path: string): string | undefined {
  const url = URL.parse(path, 'http://path.invalid')
  if (url === null || url.host !== 'path.invalid' || /%(2f|5c|25|00|(?![0-9a-f]{2}))|\/\/|;/i.test(url.pathname))
    return undefined
  return url.pathname.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const code = Number.parseInt(encoded.slice(1), 16)
    const character = String.fromCharCode(code)
    return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase()
  })
}
