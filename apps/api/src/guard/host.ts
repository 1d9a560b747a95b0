import { isIP, isIPv4 } from 'node:net'
import { ApiError } from '../problem.ts'

export interface HostRules {
  /** The address that the server listens on. */
  readonly boundHost: string
  /** Names under which a reverse proxy or a DNS entry of the operator's leads here. */
  readonly allowedHosts: readonly string[]
}

/**
 * A page of somebody else's can make a browser on this machine ask any name that resolves here (DNS rebinding), but it
 * cannot choose the Host and Origin that the browser sends: loopback, the bound address and the operator's own names.
 * @throws ApiError `HOST_FOREIGN`, `ORIGIN_FOREIGN`
 */
export function assertOwnHost(host: string, origin: string | undefined, rules: HostRules): void {
  const name = hostname(host)
  if (name === undefined || !isOwn(name, rules)) {
    throw new ApiError('HOST_FOREIGN', `This server is not ${printable(host)}.`, {
      hint: `Ask it by a loopback address or ${rules.boundHost}.`,
    })
  }
  if (origin === undefined) return
  const from = URL.canParse(origin) ? new URL(origin) : undefined
  if (from === undefined || !/^https?:$/.test(from.protocol) || from.host !== authority(host, from.protocol)) {
    throw new ApiError('ORIGIN_FOREIGN', `Pages of ${printable(origin)} may not use this server.`, {
      hint: 'Call the API from a program, or from a page that this server gave out.',
    })
  }
}

/** Whether a host is a literal loopback address or `localhost`; a name that merely resolves there is not. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

function isOwn(name: string, { boundHost, allowedHosts }: HostRules): boolean {
  if (isLoopback(name) || name === bare(boundHost)) return true
  // On all addresses of the machine any of them may be asked for; rebinding needs a name.
  if (['0.0.0.0', '::'].includes(bare(boundHost)) && isIP(name) !== 0) return true
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name)
}

/** The name or address in a Host header, lower case, IPv6 without brackets; undefined where it is none. */
export function hostname(host: string): string | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return undefined
  return bare(host.replace(/:\d{1,5}$/, '').toLowerCase())
}

function bare(name: string): string {
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

/** A Host header as URLs write it: without the port that the scheme implies. */
function authority(host: string, protocol: string): string | undefined {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : undefined
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}
