import type { LimitRule } from './limiter.ts'
import { isSubmit, type Rule } from './policy.ts'

/** One request as the gate saw it. Never a body, a query string, a header or a secret. */
export interface GateRecord {
  /** Epoch milliseconds at which the gate had read the request's head. */
  readonly at: number
  readonly runId: string
  readonly leaseId: string
  readonly method: string
  readonly origin: string
  /** Path without its query. */
  readonly path: string
  /** `forwarded`: an answer of the site went back. `refused`: nothing left the gate. `faulted`: no whole answer came. */
  readonly verdict: 'forwarded' | 'refused' | 'faulted'
  readonly rule: Rule
  /** A top-level navigation, as far as the headers tell (see `isNavigation`). */
  readonly navigation: boolean
  readonly via: 'direct' | 'proxy'
  /** The site's status; absent unless it answered. */
  readonly status?: number
  /** Of the body that came back; of both directions for a WebSocket. */
  readonly bytes: number
  /** From `at` to the end of the exchange. */
  readonly ms: number
  /** Why it is `faulted`; or `CLIENT_ABORTED` where the page went away before the end. */
  readonly code?: FaultCode | 'STALE_CONNECTION' | 'CLIENT_ABORTED'
  /** The site turned the run away; see `siteRefusal`. */
  readonly refusal?: SiteRefusal
}

/** How a site says no. */
export type SiteRefusal = 'rate_limited' | 'challenged'

export interface RefusalReport {
  readonly kind: SiteRefusal
  readonly status: number
  readonly at: number
  readonly origin: string
  /** From `Retry-After`, where the site sent one that could be read. */
  readonly retryAfterMs?: number
}

/** Stable codes of what can go wrong behind the gate. `PROXY_*` happened before anything was forwarded. */
export type FaultCode =
  | 'PROXY_REFUSED'
  | 'PROXY_RESET'
  | 'PROXY_TIMEOUT'
  | 'PROXY_UNREACHABLE'
  | 'PROXY_AUTH_REJECTED'
  | 'PROXY_TUNNEL_REFUSED'
  | 'PROXY_PROTOCOL_ERROR'
  | 'PROXY_TLS_FAILED'
  | 'TARGET_REFUSED'
  | 'TARGET_RESET'
  | 'TARGET_TIMEOUT'
  | 'TARGET_UNREACHABLE'
  | 'TARGET_TLS_EXPIRED'
  | 'TARGET_TLS_WRONG_HOST'
  | 'TARGET_TLS_UNTRUSTED'
  | 'TARGET_TLS_FAILED'
  | 'RESPONSE_RESET'
  | 'RESPONSE_TIMEOUT'
  | 'RESPONSE_MALFORMED'

/** Something behind the gate failed: the proxy, the network or the site. */
export interface GateFault {
  readonly code: FaultCode
  /** `connect`: nothing was forwarded yet, so another proxy may try. `exchange`: the site may have acted on the request. */
  readonly phase: 'connect' | 'exchange'
  readonly at: number
  /** Certainly the proxy's doing. Never true in phase `exchange`, where site and proxy cannot be told apart. */
  readonly proxyFault: boolean
  readonly method: string
  readonly origin: string
  /** Path without its query. */
  readonly path: string
  /** Status of the proxy's answer to CONNECT, or the code of its SOCKS reply. */
  readonly status?: number
  /** System or TLS error code underneath: `ECONNREFUSED`. */
  readonly cause?: string
}

/** A submit that was held back because the origin has taken as many as are allowed. */
export interface LimitReport {
  readonly rule: LimitRule
  readonly origin: string
  readonly at: number
  /** When the limit gives way. */
  readonly retryAfterMs: number
}

/** What a lease came to, for the run's outcome and for proxy-scoring. */
export interface LeaseOutcome {
  readonly faults: readonly GateFault[]
  readonly refusals: readonly RefusalReport[]
  /** Of the first answer, in ms: making the connection, proxy and TLS included, and waiting for the head. */
  readonly firstByteMs?: number
  /** Requests whose head left the gate. */
  readonly forwarded: number
  /** Requests that the gate refused. */
  readonly refused: number
  /** The first submit that a limit held back. */
  readonly limited?: LimitReport
  /** Local ports of the connections that were made to the proxy or the site: what their logs call the client's port. */
  readonly localPorts: readonly number[]
}

/**
 * Whether headers are those of a top-level navigation. Browsers send `Sec-Fetch-*` only to https and loopback; elsewhere
 * a request for HTML with `Upgrade-Insecure-Requests` counts as one, which takes in frames.
 */
export function isNavigation(headers: NodeJS.Dict<string | string[]>): boolean {
  if (String(headers['sec-purpose'] ?? headers.purpose ?? '').includes('prefetch')) return false
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return headers['upgrade-insecure-requests'] === '1' && String(headers.accept ?? '').startsWith('text/html')
}

/** A 403 or 429 counts as a refusal on a top-level document or a submit, not on an image or a frame. */
export function siteRefusal(status: number, method: string, navigation: boolean): SiteRefusal | undefined {
  if (status !== 403 && status !== 429) return undefined
  if (!navigation && !isSubmit(method)) return undefined
  return status === 429 ? 'rate_limited' : 'challenged'
}

/** Milliseconds of a `Retry-After` header (seconds or an HTTP date), never negative. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = /^[A-Z][a-z]{2,8}, /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
