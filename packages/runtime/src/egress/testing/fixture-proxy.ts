import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { UpstreamProxy } from '../proxy.ts'
import type { Credentials } from './sites.ts'

export interface FixtureProxy extends AsyncDisposable {
  readonly proxy: UpstreamProxy
  /** Authority of each CONNECT, whatever came of it. */
  readonly asked: string[]
}

/** What a broken proxy does with a CONNECT instead of tunnelling. */
export type Misbehaviour = (socket: Socket, req: IncomingMessage) => void

/** An HTTP proxy on loopback, over TLS where it is given a certificate, that speaks CONNECT alone and wants a password. */
export async function startProxy(misbehave?: Misbehaviour, tls?: Credentials): Promise<FixtureProxy> {
  const username = 'ada'
  const password = 'p:ss wörd'
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const refuse: RequestListener = (_req, res) => res.writeHead(405).end()
  const server = tls === undefined ? createServer(refuse) : createSecureServer(tls, refuse)
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('connect', (req, client: Socket) => {
    const authority = req.url ?? ''
    asked.push(authority)
    if (misbehave !== undefined) {
      misbehave(client, req)
      return
    }
    if (req.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const { hostname, port } = new URL(`http://${authority}`)
    const site = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(site).pipe(client)
    })
    sockets.add(site)
    site.once('close', () => client.destroy())
    site.on('error', () => client.destroy())
    client.once('close', () => site.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    proxy: {
      id: 'fixture',
      protocol: tls === undefined ? 'http' : 'https',
      host: '127.0.0.1',
      port,
      username,
      password,
    },
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
