import type { Authorisation as AuthorisationView, EgressReport } from '@refbot/plugin-sdk'
import type { ProxyLease } from '@refbot/proxy-scoring'
import type { Authorisation, GateLease, UpstreamProxy } from '../egress/index.ts'
import { RefbotError } from '../errors.ts'

/** A leased proxy as the gate wants it; its credentials are read one by one, since they are not enumerable. */
export function upstream({ id, protocol, host, port, username, password }: ProxyLease['proxy']): UpstreamProxy {
  if (protocol === 'https') {
    throw new RefbotError('PROXY_PROTOCOL_UNSUPPORTED', `The proxy ${id} speaks ${protocol}.`, {
      hint: 'Use an http or socks5 proxy.',
    })
  }
  return {
    ...{ id, protocol, host, port },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

/** What the gate saw, as a plugin is told. */
export function egressReport(lease: GateLease): EgressReport {
  const { faults, refusals, forwarded, refused, localPorts } = lease.outcome()
  return {
    faults: faults.map(({ code, phase, proxyFault, method, origin, path, at }) => {
      return { code, phase, proxyFault, method, url: origin + path, at }
    }),
    refusal: refusals[0]?.kind,
    forwarded,
    refused,
    localPorts,
  }
}

/** What the owner agreed to, as a plugin is told. */
export function authorisationView({ origin, source, document }: Authorisation): AuthorisationView {
  const { allow, expires } = document
  return {
    origin,
    source,
    paths: allow.paths,
    submitOrigins: allow.submitOrigins,
    emailDomains: allow.emailDomains,
    proxies: allow.proxies === 'any' ? true : allow.proxies === 'none' ? false : 'loopback',
    ...(allow.maxPerMinute === null ? {} : { maxPerMinute: allow.maxPerMinute }),
    ...(allow.maxPerDay === null ? {} : { maxPerDay: allow.maxPerDay }),
    ...(allow.concurrency === null ? {} : { concurrency: allow.concurrency }),
    ...(expires === undefined ? {} : { expires }),
  }
}
