/** RFC 2606 and RFC 6761: names that can never belong to anybody. */
const reservedNames: ReadonlySet<string> = new Set(['example.com', 'example.net', 'example.org'])
const reservedZones = ['.test', '.example', '.invalid', '.localhost', '.example.com', '.example.net', '.example.org']

/** Whether mail to this domain can reach nobody. */
export function isReservedDomain(domain: string): boolean {
  const name = domain.toLowerCase()
  return reservedNames.has(name) || reservedZones.some((zone) => name.endsWith(zone))
}

/**
 * The domain that identities of a batch use: the wanted one where it is reserved or the target's owner listed it,
 * else the owner's first, else `example.com`. Undefined where the wanted one is neither.
 */
export function mailDomain(wanted: string | undefined, agreed: readonly string[]): string | undefined {
  if (wanted === undefined) return agreed[0] ?? 'example.com'
  const name = wanted.toLowerCase()
  return isReservedDomain(name) || agreed.some((domain) => domain.toLowerCase() === name) ? name : undefined
}
