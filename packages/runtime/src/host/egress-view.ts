import type { Authorisation as AuthorisationView, EgressReport } from '@refbot/plugin-sdk'
import type { ProxyLease } from '@refbot/proxy-scoring'
import {
  type Authorisation,
  againstProxies,
  DOCUMENT_PATH,
  type GateLease,
  least,
  type Permits,
  pathAllowed,
  type SubmitLimits,
  type UpstreamProxy,
} from '../egress/index.ts'

/** A leased proxy as the gate wants it; its credentials are read one by one, since they are not enumerable. */
export function upstream({ id, protocol, host, port, username, password }: ProxyLease['proxy']): UpstreamProxy {
  return {
    ...{ id, protocol, host, port },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

/** What the gate saw, as a plugin is told. */
export function egressReport(lease: GateLease): EgressReport {
  const { faults, refusals, limited, forwarded, refused, localPorts } = lease.outcome()
  return {
    faults: faults.map(({ code, phase, proxyFault, method, origin, path, at }) => {
      return { code, phase, proxyFault, method, url: origin + path, at }
    }),
    refusal: refusals[0]?.kind,
    ...(limited === undefined ? {} : { limit: { rule: limited.rule, retryAfterMs: limited.retryAfterMs } }),
    forwarded,
    refused,
    localPorts,
  }
}

/** What the owner agreed to, lowered by the operator's own limits, as a plugin is told. */
export function authorisationView(authorisation: Authorisation, limits: OperatorLimits = NO_LIMITS): AuthorisationView {
  const { origin, source, document } = authorisation
  const { allow, expires } = document
  const own = source === 'loopback' ? NO_LIMITS : limits
  const maxPerMinute = least(allow.maxPerMinute, own.maxPerMinute)
  const maxPerDay = least(allow.maxPerDay, own.maxPerDay)
  const concurrency = least(allow.concurrency, own.concurrency)
  return {
    origin,
    source,
    paths: allow.paths,
    submitOrigins: allow.submitOrigins,
    emailDomains: allow.emailDomains,
    proxies: againstProxies(authorisation) === undefined && (allow.proxies === 'loopback' ? 'loopback' : true),
    ...(maxPerMinute === null ? {} : { maxPerMinute }),
    ...(maxPerDay === null ? {} : { maxPerDay }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(expires === undefined ? {} : { expires }),
  }
}

/** The operator's own limits; a document's apply as well. */
export interface OperatorLimits extends SubmitLimits {
  /** Open pages per origin over all runs; null is no limit. */
  readonly concurrency: number | null
}

const NO_LIMITS: OperatorLimits = { maxPerMinute: null, maxPerDay: null, concurrency: null }

/** Whether an origin agrees now, in whose words, and if not, why not. */
export interface TargetExplained {
  readonly origin: string
  readonly granted: boolean
  /** Where its owner says so; undefined on loopback. */
  readonly documentUrl?: string
  /** Each thing that is wrong, one sentence. */
  readonly problems: readonly string[]
  readonly authorisation?: AuthorisationView
  /** Origins that the operator grants for parts of its pages. */
  readonly partOrigins: readonly string[]
}

/**
 * Asks an origin as a run would.
 * @throws RefbotError `TARGET_INVALID`
 */
export async function explainTarget(
  { permits, limits }: { readonly permits: Permits; readonly limits: () => OperatorLimits },
  url: string,
): Promise<TargetExplained> {
  const examined = await permits.examine(url)
  const { origin } = examined
  const documentUrl = origin + DOCUMENT_PATH
  if ('problems' in examined)
    return { origin, granted: false, documentUrl, problems: examined.problems, partOrigins: [] }
  const { authorisation } = examined
  const { paths } = authorisation.document.allow
  const { pathname } = new URL(url)
  // An origin alone asks about none of its pages.
  if (pathname !== '/' && !pathAllowed(paths, pathname)) {
    const problem = `allow.paths: ${pathname} is not covered by ${paths.join(', ')}.`
    return { origin, granted: false, documentUrl, problems: [problem], partOrigins: [] }
  }
  return {
    ...{ origin, granted: true, problems: [] },
    ...(authorisation.source === 'loopback' ? {} : { documentUrl }),
    authorisation: authorisationView(authorisation, limits()),
    partOrigins: authorisation.partOrigins ?? [],
  }
}
