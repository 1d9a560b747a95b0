import { lookup as systemLookup } from 'node:dns'
import { BlockList, type LookupFunction } from 'node:net'

/** This machine, as an address; those of IPv4 in the form of IPv6 are found as well. */
const here = new BlockList()
here.addSubnet('127.0.0.0', 8, 'ipv4')
here.addAddress('0.0.0.0', 'ipv4')
here.addAddress('::1', 'ipv6')
here.addAddress('::', 'ipv6')

const isHere = (address: string): boolean => here.check(address, address.includes(':') ? 'ipv6' : 'ipv4')

/** The same resolver for names that must not lead to this machine, whatever whoever answers for them says. */
export function elsewhere(lookup: LookupFunction = systemLookup as LookupFunction): LookupFunction {
  return (host, options, callback) =>
    lookup(host, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family)
      if (typeof found === 'string') return isHere(found) ? callback(nowhere(host), '') : callback(null, found, family)
      const others = found.filter(({ address }) => !isHere(address))
      if (others.length === 0) callback(nowhere(host), [])
      else callback(null, others)
    })
}

function nowhere(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} leads to this machine and nowhere else`), { code: 'ENOTFOUND' })
}
