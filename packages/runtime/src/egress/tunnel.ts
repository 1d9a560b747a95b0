import { request } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'

/** Where the gate listens and by which certificate it is known. */
export interface GateDoor {
  readonly port: number
  readonly certificatePem: string
}

/** A connection to an origin through the gate, as the browser of that lease would make it: ready for HTTP/1.1. */
export async function openTunnel(gate: GateDoor, server: string, origin: string): Promise<Socket> {
  const { hostname, port, protocol } = new URL(origin)
  const secure = protocol === 'https:'
  const authority = `${hostname}:${port || (secure ? 443 : 80)}`
  // The certificate is pinned whole; its name says nothing.
  const pinned = { ca: gate.certificatePem, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'] }
  const outer = connect({ host: '127.0.0.1', port: gate.port, servername: new URL(server).hostname, ...pinned })
  try {
    await once(outer, 'secureConnect')
    const inner = await new Promise<Socket>((resolve, reject) => {
      const tunnel = request({
        method: 'CONNECT',
        path: authority,
        headers: ['Host', authority],
        setHost: false,
        createConnection: () => outer,
      })
      tunnel.once('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) resolve(socket)
        else reject(new Error(`The gate answered ${statusCode}`))
      })
      tunnel.once('error', reject)
      tunnel.end()
    })
    if (!secure) return inner
    const tls = connect({ socket: inner, servername: 'inner.gate.invalid', ...pinned })
    await once(tls, 'secureConnect')
    return tls
  } catch (error) {
    outer.destroy()
    throw error
  }
}

async function once(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      socket.removeListener('error', reject)
      socket.removeListener('close', closed)
      resolve()
    }
    const closed = (): void => reject(new Error('The gate closed the connection'))
    socket.once(event, done).once('error', reject).once('close', closed)
  })
}
