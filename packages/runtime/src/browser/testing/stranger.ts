import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A loopback origin that nobody granted: it counts whatever reaches it, over TCP or UDP, and answers HTTP with "ok". */
export interface Stranger extends AsyncDisposable {
  readonly origin: string
  readonly port: number
  readonly arrivals: { tcp: number; udp: number }
}

const ANSWER = 'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

export async function startStranger(): Promise<Stranger> {
  const arrivals = { tcp: 0, udp: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    arrivals.tcp++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('data', () => socket.end(ANSWER))
  })
  const datagrams = createSocket('udp4', () => {
    arrivals.udp++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    arrivals,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => datagrams.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
