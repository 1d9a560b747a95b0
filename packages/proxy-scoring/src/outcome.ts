import { ProxyScoringError } from './errors.ts'

/**
 * Why a use failed.
 *
 * Faults of the proxy, which count against it and call for another proxy:
 * `refused_connection` nothing listens there, `unreachable` no route or no such name, `reset` it hung up, `timeout` it did not answer in
 * time, `auth` it refused the credentials (407), `tls` the TLS handshake with the proxy failed, `bad_answer` it spoke nonsense
 * or changed what it carried.
 *
 * No fault of the proxy, which counts against none:
 * `target` the site itself failed, `refused_by_site` the site said no (403, 429, a CAPTCHA: never try another proxy),
 * `cancelled` the caller gave up.
 */
export type FailureReason = ProxyFault | NeutralReason
export type ProxyFault = 'refused_connection' | 'unreachable' | 'reset' | 'timeout' | 'auth' | 'tls' | 'bad_answer'
export type NeutralReason = 'target' | 'refused_by_site' | 'cancelled'

/** Whose fault each reason is: the one table that decides what counts. */
const FAULT: Readonly<Record<FailureReason, 'proxy' | 'none'>> = {
  refused_connection: 'proxy',
  unreachable: 'proxy',
  reset: 'proxy',
  timeout: 'proxy',
  auth: 'proxy',
  tls: 'proxy',
  bad_answer: 'proxy',
  target: 'none',
  refused_by_site: 'none',
  cancelled: 'none',
}

/** Every reason, for schemas and checks. */
export const FAILURE_REASONS = Object.freeze(Object.keys(FAULT)) as readonly FailureReason[]

/**
 * Whether a failure counts against the proxy.
 * @throws ProxyScoringError `PROXY_REASON_INVALID`
 */
export function isProxyFault(reason: FailureReason): reason is ProxyFault {
  const fault = Object.hasOwn(FAULT, reason) ? FAULT[reason] : undefined
  if (fault === undefined)
    throw new ProxyScoringError('PROXY_REASON_INVALID', 'That is no failure reason.', {
      hint: `Use one of ${FAILURE_REASONS.join(', ')}.`,
    })
  return fault === 'proxy'
}
