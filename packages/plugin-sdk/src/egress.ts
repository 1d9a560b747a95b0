/** What a target's owner agreed to. For loopback it is built in; elsewhere it is the document that the origin publishes. */
export interface Authorisation {
  readonly origin: string
  readonly source: 'loopback' | 'document'
  /** Paths that may be visited: `/signup` is that path alone, `/signup/*` everything below it, `/*` all of the origin. */
  readonly paths: readonly string[]
  /** Origins that a form of the target may post to. */
  readonly submitOrigins: readonly string[]
  /** Mail domains that identities may use, besides the reserved ones (RFC 2606, RFC 6761). */
  readonly emailDomains: readonly string[]
  /** Whether the target may be reached through a proxy; `loopback`: only one that is on loopback itself. */
  readonly proxies: boolean | 'loopback'
  /** Submissions; undefined is no limit. */
  readonly maxPerMinute?: number
  readonly maxPerDay?: number
  /** Pages open at once; undefined is no limit. */
  readonly concurrency?: number
  /** Epoch milliseconds; undefined never ends. */
  readonly expires?: number
}

/** Why a request did not get through, as the host's gate saw it. */
export interface EgressFault {
  /** Such as `PROXY_REFUSED`, `PROXY_AUTH_REJECTED`, `TARGET_UNREACHABLE`, `RESPONSE_RESET`. */
  readonly code: string
  /** `connect`: nothing had been forwarded yet, so the request is safe to make again; `exchange`: its fate is unknown. */
  readonly phase: 'connect' | 'exchange'
  /** Whether the egress proxy is to blame, and not the target. */
  readonly proxyFault: boolean
  readonly method: string
  readonly url: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** A limit that stood against a submit; nothing of it was sent. */
export interface EgressLimit {
  readonly rule: 'limit_minute' | 'limit_day'
  /** Milliseconds from then until it gives way. */
  readonly retryAfterMs: number
}

/** What the gate knows of one page: its word counts where the page's own error only guesses. */
export interface EgressReport {
  /** Oldest first, bounded. */
  readonly faults: readonly EgressFault[]
  /** The site said no: 429, 403 on a document or a submit. Never answered by another proxy. */
  readonly refusal: 'rate_limited' | 'challenged' | undefined
  /** The first submit that the gate held back, because the owner's limit (or the operator's own) was reached. */
  readonly limit?: EgressLimit
  /** Requests that the gate forwarded to the target. */
  readonly forwarded: number
  /** Requests that the gate itself refused. */
  readonly refused: number
  /** Connections made upstream, by the local port they left from: what a proxy's access log calls the client. */
  readonly localPorts: readonly number[]
}
