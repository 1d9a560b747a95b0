import { createHmac } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { ProxyScoringError } from './errors.ts'

/** How the client speaks to the proxy: `https` means TLS to the proxy itself. */
export type ProxyProtocol = 'http' | 'https' | 'socks5'

/** A proxy as its operator writes it down. */
export interface ProxyInput {
  /** A name of your own, unique and safe to print; by default derived from the rest. */
  readonly id?: string | undefined
  /** Default `http`. */
  readonly protocol?: ProxyProtocol | undefined
  /** A name or an IP address; IPv6 with or without brackets. */
  readonly host: string
  /** 1 to 65535. */
  readonly port: number
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** A text for people. */
  readonly label?: string | undefined
  /** Free words that `acquire({ tags })` asks for. */
  readonly tags?: readonly string[] | undefined
  /** Where the proxy's traffic comes out, for instance `de-FRA`. */
  readonly region?: string | undefined
}

/**
 * A proxy that was checked. `username` and `password` can be read, but are not enumerable: no JSON, `inspect()`, spread or
 * structured clone shows them.
 */
export interface EgressProxy {
  /** Stable across restarts and safe to print: `http://host:port`, with a tag behind `#` where there are credentials. */
  readonly id: string
  readonly protocol: ProxyProtocol
  /** Lower case, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly username?: string | undefined
  /** `undefined` where it is empty. */
  readonly password?: string | undefined
  readonly label?: string
  readonly tags?: readonly string[]
  readonly region?: string
}

export interface CreateProxyOptions {
  /**
   * Keys the tag that tells apart two accounts at one proxy. Without a key anybody who reads an id can try out guesses of a weak
   * password; with a secret key of the installation nobody can.
   */
  readonly idKey?: string
}

class CheckedProxy implements EgressProxy {
  readonly id: string
  readonly protocol: ProxyProtocol
  readonly host: string
  readonly port: number
  declare readonly label?: string
  declare readonly tags?: readonly string[]
  declare readonly region?: string
  readonly #username: string | undefined
  readonly #password: string | undefined

  constructor(id: string, protocol: ProxyProtocol, host: string, input: ProxyInput) {
    this.id = id
    this.protocol = protocol
    this.host = host
    this.port = input.port
    if (input.label !== undefined) this.label = input.label
    if (input.tags !== undefined) this.tags = Object.freeze([...input.tags])
    if (input.region !== undefined) this.region = input.region
    this.#username = input.username
    this.#password = input.password
    Object.freeze(this)
  }

  get username(): string | undefined {
    return this.#username
  }

  get password(): string | undefined {
    return this.#password
  }

  toString(): string {
    return this.id
  }
}

const PROTOCOLS: ReadonlySet<string> = new Set<ProxyProtocol>(['http', 'https', 'socks5'])

/**
 * Checks a proxy and gives it its id.
 * @throws ProxyScoringError `PROXY_INVALID`, without the credentials in its text
 */
export function createProxy(input: EgressProxy | ProxyInput, options: CreateProxyOptions = {}): EgressProxy {
  if (input instanceof CheckedProxy) return input
  const protocol = input.protocol ?? 'http'
  if (!PROTOCOLS.has(protocol)) throw invalid('the protocol is not http, https or socks5')
  const host = typeof input.host === 'string' ? canonicalHost(input.host) : undefined
  if (host === undefined) throw invalid('the host is neither a name nor an IP address')
  if (!Number.isInteger(input.port) || input.port < 1 || input.port > 65535)
    throw invalid('the port is not a whole number from 1 to 65535')
  for (const part of [input.username, input.password])
    if (part !== undefined && !isText(part)) throw invalid('the credentials hold control characters, or are no text')
  if (input.password && input.username === undefined) throw invalid('there is a password without a user')
  if (input.id !== undefined && (input.id === '' || !isText(input.id)))
    throw invalid('the id is empty or not printable')
  const { username, password } = input
  const account = { ...input, username: username || (password ? '' : undefined), password: password || undefined }
  return new CheckedProxy(input.id ?? deriveId(protocol, host, account, options.idKey), protocol, host, account)
}

/** The proxy's address without credentials: `socks5://[2001:db8::1]:1080`. */
export function proxyAddress(proxy: Pick<EgressProxy, 'protocol' | 'host' | 'port'>): string {
  return `${proxy.protocol}://${hostInUrl(proxy.host)}:${proxy.port}`
}

/** The proxy's URL **with its credentials**, for handing to a client; never print it. */
export function proxyUrl(proxy: EgressProxy): string {
  const user = proxy.username === undefined ? '' : encodeURIComponent(proxy.username)
  const login = proxy.password === undefined ? user : `${user}:${encodeURIComponent(proxy.password)}`
  return `${proxy.protocol}://${login === '' ? '' : `${login}@`}${hostInUrl(proxy.host)}:${proxy.port}`
}

/** Whether the proxy's host is a literal loopback address or `localhost`; a name that merely resolves there is not. */
export function isLoopbackProxy(proxy: Pick<EgressProxy, 'host'>): boolean {
  return proxy.host === 'localhost' || proxy.host === '::1' || (isIPv4(proxy.host) && proxy.host.startsWith('127.'))
}

/**
 * Whether two proxies are the same one: protocol, address and credentials. An empty password is none, on the wire as here.
 * @throws ProxyScoringError `PROXY_INVALID`
 */
export function isSameProxy(one: EgressProxy | ProxyInput, other: EgressProxy | ProxyInput): boolean {
  const [a, b] = [createProxy(one), createProxy(other)]
  return proxyAddress(a) === proxyAddress(b) && a.username === b.username && a.password === b.password
}

/** Lower case, no brackets, IPv6 in its shortest form, international names in ASCII; `undefined` where it is no host. */
export function canonicalHost(host: string): string | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (isIPv6(bare)) return bare.includes('%') ? undefined : new URL(`http://[${bare}]`).hostname.slice(1, -1)
  if (isIPv4(host)) return host
  if (!/^[^\s/?#@:\\[\]%]{1,253}$/u.test(host)) return undefined
  const ascii = domainToASCII(host)
  // All digits and dots but no IPv4 address: a typing error (`1.2.3`, `1.2.3.400`), never a name.
  if (ascii === '' || /^[\d.]+$/.test(host) || !/^[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?$/.test(ascii)) return undefined
  return ascii
}

/** 64 bits: among a million accounts at one gateway, two alike come up once in 40 million fleets. */
const TAG_LENGTH = 16

function deriveId(protocol: ProxyProtocol, host: string, input: ProxyInput, idKey: string | undefined): string {
  const address = proxyAddress({ protocol, host, port: input.port })
  if (input.username === undefined) return address
  const hmac = createHmac('sha256', idKey ?? '@refbot/proxy-scoring')
  hmac.update(JSON.stringify([address, input.username, input.password ?? null]))
  return `${address}#${hmac.digest('hex').slice(0, TAG_LENGTH)}`
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Without control characters, and without halves of characters, which no URL can hold. */
function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !hasControl(value)
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}

function invalid(what: string): ProxyScoringError {
  return new ProxyScoringError('PROXY_INVALID', `A proxy can't be used: ${what}.`, {
    hint: 'Correct the entry; a proxy is written as protocol://user:password@host:port.',
  })
}
