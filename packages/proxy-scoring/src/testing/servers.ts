import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A server on loopback, on a port that was free; disposing of it ends its connections too. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  /** Connections that were made to it. */
  readonly connections: () => number
}

export const LOOPBACK_CERT = readFileSync(new URL('./fixtures/loopback-cert.pem', import.meta.url))
export const LOOPBACK_KEY = readFileSync(new URL('./fixtures/loopback-key.pem', import.meta.url))

export async function listening(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let count = 0
  server.on('connection', (socket: Socket) => {
    count += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** A site that echoes the caller's address, as check URLs do. */
export function site(handler: RequestListener = echo, tls = false): Promise<TestServer> {
  return listening(
    tls ? createHttpsServer({ cert: LOOPBACK_CERT, key: LOOPBACK_KEY }, handler) : createHttpServer(handler),
  )
}

function echo(...[request, response]: Parameters<RequestListener>): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ ip: request.socket.remoteAddress, path: request.url }))
}

/** A raw TCP server: what a broken proxy does is up to the test. */
export function raw(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listening(createTcpServer(onConnection))
}

/**
 * A port on which nobody listens, and nobody can begin to: it is the near end of a connection that is held. A port that is merely free could be
 * handed out to a server of another test.
 */
export async function closedPort(): Promise<TestServer> {
  const server = await raw((socket) => socket.resume())
  const held = connect(server.port, '127.0.0.1')
  await once(held, 'connect')
  return {
    port: held.localPort ?? 0,
    connections: () => 0,
    async [Symbol.asyncDispose]() {
      held.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A port that was free a moment ago, for programs that can't tell which one they took. */
export async function freePort(): Promise<number> {
  const server = await raw(() => {})
  await server[Symbol.asyncDispose]()
  return server.port
}
