import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type LookupFunction, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { forwardedHeaders } from './headers.ts'
import type { AbsoluteForm, Target } from './target.ts'
import { counter } from './tunnel.ts'

const connectTimeoutMs = 10_000

/** `localhost` means loopback, whatever the machine's resolver says. */
const lookup: LookupFunction = (_host, _options, found) => {
  found(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ])
}

/** A connection to the target, or `undefined` when it takes none within 10 s. */
export function reach(target: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = open(target)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => resolve(undefined))
    socket.once('connect', () => resolve(socket))
  })
}

function open({ host, port }: Target): Socket {
  const socket = connect({ host, port, lookup, autoSelectFamily: true, allowHalfOpen: true, noDelay: true })
  socket.setTimeout(connectTimeoutMs, () => socket.destroy())
  socket.once('connect', () => socket.setTimeout(0))
  return socket
}

/** Sends a request on; resolves with the head of the answer, or `undefined` when there is none. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { target, host, path }: AbsoluteForm,
  countUp: (bytes: number) => void,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const outgoing = httpRequest({
      createConnection: () => open(target),
      method: request.method,
      path,
      headers: ['Host', host, ...forwardedHeaders(request.rawHeaders)],
    })
    outgoing.on('response', resolve)
    outgoing.on('error', () => resolve(undefined))
    outgoing.on('close', () => resolve(undefined))
    response.once('close', () => outgoing.destroy())
    pipeline(request, counter(countUp), outgoing).catch(() => outgoing.destroy())
  })
}
