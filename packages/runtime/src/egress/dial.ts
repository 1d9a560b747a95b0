import { request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import { ConnectFault, connectCode, type Party, proxyCode, tlsCode } from './fault.ts'
import type { UpstreamProxy } from './proxy.ts'
import { negotiateSocks } from './socks.ts'
import { VALIDATED } from './validated.ts'

/** Where to, and through what. */
export interface Route {
  /** http(s) origin as WHATWG URL serialises it. */
  readonly origin: string
  readonly proxy: UpstreamProxy | undefined
  /** For TCP, the proxy's tunnel and TLS together, in ms. */
  readonly timeoutMs: number
  /** TLS sessions by origin, for resumption. A resumed session was validated when it was made. */
  readonly sessions: Map<string, Buffer>
  /** Which authorities vouch for sites; made once, since loading them is what costs. */
  readonly trust: SecureContext
  /** The site's address where it is settled already; nobody is asked for it again. */
  readonly address?: string
  /** Resolves names other than `localhost`. */
  readonly lookup?: LookupFunction
  /** A TCP connection to the proxy or the site was made, from this local port. */
  readonly onConnected?: (localPort: number) => void
}

/** Stops a dial that is under way; nothing happens after it. */
export type Abort = () => void

/**
 * Opens a connection to an origin: TCP, a tunnel where there is a proxy (for http too, so that whatever the proxy says
 * cannot be taken for the site), TLS validated here. Calls back once, with a `ConnectFault` or a socket.
 */
export function dial(route: Route, done: (fault: ConnectFault | null, socket?: Socket) => void): Abort {
  const dialling = new Dial(route, done)
  dialling.start()
  return () => dialling.abort()
}

class Dial {
  readonly #route: Route
  readonly #done: (fault: ConnectFault | null, socket?: Socket) => void
  readonly #timer: NodeJS.Timeout
  readonly #secure: boolean
  /** IPv6 without brackets. */
  readonly #host: string
  readonly #port: number
  /** Whose silence or reset it would be now. */
  #party: Party = 'TARGET'
  #current: { destroy(): unknown } | undefined
  #over = false

  constructor(route: Route, done: (fault: ConnectFault | null, socket?: Socket) => void) {
    const { protocol, hostname, port } = new URL(route.origin)
    this.#route = route
    this.#done = done
    this.#secure = protocol === 'https:'
    this.#host = hostname.replace(/^\[|\]$/g, '')
    this.#port = Number(port || (this.#secure ? 443 : 80))
    this.#timer = setTimeout(() => this.#fail(new ConnectFault(`${this.#party}_TIMEOUT`)), route.timeoutMs)
  }

  start(): void {
    const { proxy } = this.#route
    if (proxy === undefined) {
      this.#connect(this.#route.address ?? this.#host, this.#port, (socket) => this.#tunnelled(socket))
      return
    }
    this.#party = 'PROXY'
    if (proxy.protocol === 'socks5')
      this.#connect(proxy.host, proxy.port, (socket) => this.#throughSocks(socket, proxy))
    else this.#throughHttp(proxy)
  }

  abort(): void {
    if (this.#finish()) this.#current?.destroy()
  }

  #connect(host: string, port: number, then: (socket: Socket) => void): void {
    const socket = connectTcp({ host, port, noDelay: true, lookup: this.#lookupFor(host) })
    this.#current = socket
    const onError = (error: Error): void =>
      this.#fail(new ConnectFault(connectCode(this.#party, error), { cause: error }))
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.removeListener('error', onError)
      this.#connected(socket)
      then(socket)
    })
  }

  #throughHttp(proxy: UpstreamProxy): void {
    const host = isIP(this.#host) === 6 ? `[${this.#host}]` : this.#host
    const authority = `${host}:${this.#port}`
    const secure = proxy.protocol === 'https'
    const connect = (secure ? requestOverTls : request)({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: ['Host', authority, ...basicAuthorization(proxy)],
      setHost: false,
      agent: false,
      lookup: this.#lookupFor(proxy.host),
      ...(secure
        ? { ...VALIDATED, secureContext: this.#route.trust, servername: isIP(proxy.host) === 0 ? proxy.host : '' }
        : {}),
    })
    this.#current = connect
    connect.once('socket', (socket) => socket.once('connect', () => this.#connected(socket)))
    connect.once('connect', ({ statusCode: status = 0 }, socket: Socket, head) => {
      this.#current = socket
      if (status === 407) this.#fail(new ConnectFault('PROXY_AUTH_REJECTED', { status }))
      else if (status < 200 || status > 299) this.#fail(new ConnectFault('PROXY_TUNNEL_REFUSED', { status }))
      else {
        if (head.length > 0) socket.unshift(head)
        socket.setNoDelay(true)
        this.#tunnelled(socket)
      }
    })
    connect.on('error', (cause) => {
      this.#fail(new ConnectFault(proxyCode(cause), { cause }))
    })
    connect.end()
  }

  #throughSocks(socket: Socket, proxy: UpstreamProxy): void {
    negotiateSocks(socket, { host: this.#host, port: this.#port, proxy }, (fault) => {
      if (fault === null) this.#tunnelled(socket)
      else this.#fail(fault)
    })
  }

  /** The socket leads to the site now. */
  #tunnelled(socket: Socket): void {
    if (this.#over) {
      socket.destroy()
      return
    }
    this.#party = 'TARGET'
    if (!this.#secure) {
      this.#succeed(socket)
      return
    }
    const { origin, sessions, trust } = this.#route
    const session = sessions.get(origin)
    const tls = connectTls({
      socket,
      host: this.#host,
      servername: isIP(this.#host) === 0 ? this.#host : '',
      ALPNProtocols: ['http/1.1'],
      ...VALIDATED,
      secureContext: trust,
      ...(session === undefined ? {} : { session }),
    })
    this.#current = tls
    const onError = (error: Error): void => {
      sessions.delete(origin)
      this.#fail(new ConnectFault(tlsCode(error), { cause: error }))
    }
    tls.once('error', onError)
    tls.on('session', (made) => sessions.set(origin, made))
    tls.once('secureConnect', () => {
      tls.removeListener('error', onError)
      this.#succeed(tls)
    })
  }

  #connected({ localPort }: Socket): void {
    if (localPort !== undefined) this.#route.onConnected?.(localPort)
  }

  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    clearTimeout(this.#timer)
    return true
  }

  #fail(fault: ConnectFault): void {
    if (!this.#finish()) return
    this.#current?.destroy()
    this.#done(fault)
  }

  #succeed(socket: Socket): void {
    if (this.#finish()) this.#done(null, socket)
  }

  /** `localhost` never leaves the machine, whatever a resolver says. */
  #lookupFor(host: string): LookupFunction | undefined {
    return host === 'localhost' ? localhostLookup : this.#route.lookup
  }
}

function basicAuthorization(proxy: UpstreamProxy): string[] {
  if (proxy.username === undefined) return []
  const credentials = Buffer.from(`${proxy.username}:${proxy.password ?? ''}`).toString('base64')
  return ['Proxy-Authorization', `Basic ${credentials}`]
}

const localhostLookup: LookupFunction = (_host, options, callback) => {
  if (options.all !== true) {
    callback(null, '127.0.0.1', 4)
    return
  }
  callback(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ])
}
