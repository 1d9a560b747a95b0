import { request } from 'node:http'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ConnectFault, connectCode, type Party, systemCode, tlsCode } from './fault.ts'
import type { UpstreamProxy } from './proxy.ts'

/** Where to, and through what. */
export interface Route {
  /** http(s) origin as WHATWG URL serialises it. */
  readonly origin: string
  readonly proxy: UpstreamProxy | undefined
  /** For TCP, CONNECT and TLS together, in ms. */
  readonly timeoutMs: number
  /** TLS sessions by origin, for resumption. A resumed session was validated when it was made. */
  readonly sessions: Map<string, Buffer>
  /** Resolves names other than `localhost`. */
  readonly lookup?: LookupFunction
  /** A TCP connection to the proxy or the site was made, from this local port. */
  readonly onConnected?: (localPort: number) => void
}

/** Stops a dial that is under way; nothing happens after it. */
export type Abort = () => void

/**
 * Opens a connection to an origin: TCP, CONNECT where there is a proxy (for http too, so that whatever the proxy says
 * cannot be taken for the site), TLS validated here. Calls back once, with a `ConnectFault` or a socket.
 */
export function dial(route: Route, done: (fault: ConnectFault | null, socket?: Socket) => void): Abort {
  const url = new URL(route.origin)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (secure ? 443 : 80))
  const { proxy } = route
  let party: Party = proxy === undefined ? 'TARGET' : 'PROXY'
  let current: { destroy(): unknown } | undefined
  let over = false

  const timer = setTimeout(() => fail(new ConnectFault(`${party}_TIMEOUT`)), route.timeoutMs)
  const finish = (): boolean => {
    if (over) return false
    over = true
    clearTimeout(timer)
    return true
  }
  const fail = (fault: ConnectFault): void => {
    if (!finish()) return
    current?.destroy()
    done(fault)
  }
  const succeed = (socket: Socket): void => {
    if (finish()) done(null, socket)
  }
  const connected = ({ localPort }: Socket): void => {
    if (localPort !== undefined) route.onConnected?.(localPort)
  }
  const handshake = (socket: Socket): void => {
    party = 'TARGET'
    if (!secure) {
      succeed(socket)
      return
    }
    const session = route.sessions.get(route.origin)
    const tls = connectTls({
      socket,
      host,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      ...(session === undefined ? {} : { session }),
    })
    current = tls
    const onError = (error: Error): void => {
      route.sessions.delete(route.origin)
      fail(new ConnectFault(tlsCode(error), { cause: error }))
    }
    tls.once('error', onError)
    tls.on('session', (made) => route.sessions.set(route.origin, made))
    tls.once('secureConnect', () => {
      tls.removeListener('error', onError)
      succeed(tls)
    })
  }

  if (proxy === undefined) {
    const socket = connectTcp({ host, port, noDelay: true, lookup: lookupFor(host, route.lookup) })
    current = socket
    const onError = (error: Error): void => fail(new ConnectFault(connectCode('TARGET', error), { cause: error }))
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.removeListener('error', onError)
      connected(socket)
      handshake(socket)
    })
  } else {
    const authority = `${url.hostname}:${port}`
    const connect = request({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: ['Host', authority, ...proxyAuthorization(proxy)],
      setHost: false,
      agent: false,
      lookup: lookupFor(proxy.host, route.lookup),
    })
    current = connect
    connect.once('socket', (socket) => socket.once('connect', () => connected(socket)))
    connect.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      if (statusCode === 407) return fail(new ConnectFault('PROXY_AUTH_REJECTED', { status: 407 }))
      if (statusCode < 200 || statusCode > 299) {
        return fail(new ConnectFault('PROXY_TUNNEL_REFUSED', { status: statusCode }))
      }
      if (head.length > 0) socket.unshift(head)
      socket.setNoDelay(true)
      current = socket
      handshake(socket)
    })
    connect.on('error', (error) => {
      const malformed = systemCode(error)?.startsWith('HPE_') === true
      fail(new ConnectFault(malformed ? 'PROXY_PROTOCOL_ERROR' : connectCode('PROXY', error), { cause: error }))
    })
    connect.end()
  }

  return () => {
    if (finish()) current?.destroy()
  }
}

function proxyAuthorization(proxy: UpstreamProxy): string[] {
  if (proxy.username === undefined) return []
  const credentials = Buffer.from(`${proxy.username}:${proxy.password ?? ''}`).toString('base64')
  return ['Proxy-Authorization', `Basic ${credentials}`]
}

/** `localhost` never leaves the machine, whatever a resolver says. */
function lookupFor(host: string, lookup: LookupFunction | undefined): LookupFunction | undefined {
  return host === 'localhost' ? localhostLookup : lookup
}

const localhostLookup: LookupFunction = (_host, options, callback) => {
  if (options.all !== true) return callback(null, '127.0.0.1', 4)
  callback(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ])
}
