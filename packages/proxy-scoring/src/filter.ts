import { type EgressProxy, isLoopbackProxy, type ProxyProtocol } from './proxy.ts'

/** What a proxy must be like. Everything given must hold. */
export interface ProxyFilter {
  readonly protocol?: ProxyProtocol | readonly ProxyProtocol[] | undefined
  readonly region?: string | undefined
  /** All of them. */
  readonly tags?: readonly string[] | undefined
  /** Only proxies at literal loopback addresses or `localhost`. */
  readonly loopbackOnly?: boolean | undefined
}

export function fits(proxy: EgressProxy, want: ProxyFilter): boolean {
  if (want.loopbackOnly === true && !isLoopbackProxy(proxy)) return false
  if (want.region !== undefined && proxy.region !== want.region) return false
  if (want.protocol !== undefined && !protocols(want.protocol).includes(proxy.protocol)) return false
  return want.tags === undefined || want.tags.every((tag) => proxy.tags?.includes(tag) ?? false)
}

/** What a filter asks for, apart from what else its object holds and from what its owner does to that later. */
export function ownFilter({ protocol, region, tags, loopbackOnly }: ProxyFilter): ProxyFilter {
  return {
    protocol: protocol === undefined ? undefined : [...protocols(protocol)],
    region,
    tags: tags === undefined ? undefined : [...tags],
    loopbackOnly,
  }
}

/** Filters that ask for the same have the same key; the one that asks for nothing has ''. */
export function filterKey(want: ProxyFilter): string {
  const { protocol, region, tags, loopbackOnly } = want
  if (protocol === undefined && region === undefined && !tags?.length && loopbackOnly !== true) return ''
  return JSON.stringify([
    protocol === undefined ? null : [...new Set(protocols(protocol))].sort(),
    region ?? null,
    tags === undefined ? [] : [...new Set(tags)].sort(),
    loopbackOnly === true,
  ])
}

/** What a group asks for within a request: it replaces protocol and region, adds its tags, and keeps the caller's fence. */
export function within(base: ProxyFilter, group: ProxyFilter): ProxyFilter {
  const { protocol = base.protocol, region = base.region } = group
  const tags = [...(base.tags ?? []), ...(group.tags ?? [])]
  return { protocol, region, tags, loopbackOnly: base.loopbackOnly === true || group.loopbackOnly === true }
}

function protocols(protocol: ProxyProtocol | readonly ProxyProtocol[]): readonly ProxyProtocol[] {
  return typeof protocol === 'string' ? [protocol] : protocol
}
