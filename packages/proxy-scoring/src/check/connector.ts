import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { EgressProxy } from '../proxy.ts'

/** How TLS is spoken: with private authorities, client certificates, another name. */
export type CheckTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

/** What undici expects of a connector. */
type Callback = (...result: [null, Socket] | [Error, null]) => void

/**
 * Connects to one proxy: measures how long it takes, remembers how it failed, and destroys whatever it opened when it is disposed of, however
 * far that had come. (undici's own connector leaves a handshake running behind an aborted request.)
 */
export class ProxyConnector implements Disposable {
  /** Until the proxy's TCP, and TLS where it has it, stood; `undefined` before. */
  connectMs: number | undefined
  /** Why the proxy itself could not be connected to. */
  failure: Error | undefined
  readonly #proxy: EgressProxy
  readonly #tls: CheckTls
  readonly #timer: () => number
  readonly #sockets = new Set<Socket>()

  constructor(proxy: EgressProxy, tls: CheckTls, timer: () => number) {
    this.#proxy = proxy
    this.#tls = tls
    this.#timer = timer
  }

  readonly connect = (_: unknown, callback: Callback): void => {
    const { host, port, protocol } = this.#proxy
    const began = this.#timer()
    const isTls = protocol === 'https'
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket = isTls
      ? connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...servername, ...this.#tls })
      : connectTcp({ host, port })
    socket.setNoDelay(true)
    this.#sockets.add(socket)
    const onError = (error: Error): void => {
      this.failure = error
      callback(error, null)
    }
    socket.once('error', onError)
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.removeListener('error', onError)
      this.connectMs ??= this.#timer() - began
      callback(null, socket)
    })
  };

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) {
      socket.on('error', ignore)
      socket.destroy()
    }
    this.#sockets.clear()
  }
}

function ignore(): void {}
