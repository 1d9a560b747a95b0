import { isIP, type Socket } from 'node:net'
import { ConnectFault, connectCode } from './fault.ts'
import type { UpstreamProxy } from './proxy.ts'

export interface SocksRequest {
  /** Name or literal address, IPv6 without brackets; a name is resolved by the proxy. */
  readonly host: string
  readonly port: number
  readonly proxy: UpstreamProxy
}

const VERSION = 5
const NO_AUTHENTICATION = 0
const PASSWORD = 2
const CONNECT = 1

/**
 * Opens a tunnel through a SOCKS 5 proxy (RFC 1928), with a password where there is one (RFC 1929). Calls back once;
 * from then on the socket leads to the site.
 *
 * greeting -> method -> (password -> verdict ->) request -> reply -> tunnel
 */
export function negotiateSocks(
  socket: Socket,
  request: SocksRequest,
  done: (fault: ConnectFault | null) => void,
): void {
  const { username } = request.proxy
  let read = readMethod
  let buffer = Buffer.alloc(0)

  /** Each reader takes its message off the buffer, or returns false until there is more. */
  function readMethod(): boolean {
    if (buffer.length < 2) return false
    const [version, method] = take(2)
    if (version !== VERSION) return end(new ConnectFault('PROXY_PROTOCOL_ERROR'))
    if (method === PASSWORD && username !== undefined) {
      socket.write(passwordMessage(request.proxy))
      read = readVerdict
    } else if (method === NO_AUTHENTICATION) {
      socket.write(connectMessage(request))
      read = readReply
    } else return end(new ConnectFault('PROXY_AUTH_REJECTED'))
    return true
  }

  function readVerdict(): boolean {
    if (buffer.length < 2) return false
    const [, status] = take(2)
    if (status !== 0) return end(new ConnectFault('PROXY_AUTH_REJECTED'))
    socket.write(connectMessage(request))
    read = readReply
    return true
  }

  function readReply(): boolean {
    if (buffer.length < 5) return false
    const [version, status = 0, , type, length = 0] = buffer
    if (version !== VERSION) return end(new ConnectFault('PROXY_PROTOCOL_ERROR'))
    if (status !== 0) return end(new ConnectFault('PROXY_TUNNEL_REFUSED', { status }))
    const address = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? 1 + length : undefined
    if (address === undefined) return end(new ConnectFault('PROXY_PROTOCOL_ERROR'))
    if (buffer.length < 6 + address) return false
    take(6 + address)
    return end(null)
  }

  function take(bytes: number): Buffer {
    const taken = buffer.subarray(0, bytes)
    buffer = buffer.subarray(bytes)
    return taken
  }

  function end(fault: ConnectFault | null): boolean {
    socket.removeListener('readable', onReadable)
    socket.removeListener('error', onError)
    socket.removeListener('close', onClose)
    if (buffer.length > 0) socket.unshift(buffer)
    done(fault)
    return false
  }

  // Read on demand, not in flow: whoever takes the socket over finds it as if untouched.
  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk !== null) buffer = Buffer.concat([buffer, chunk])
    while (read());
  }
  const onError = (cause: Error): void => void end(new ConnectFault(connectCode('PROXY', cause), { cause }))
  const onClose = (): void => void end(new ConnectFault('PROXY_RESET'))
  socket.on('readable', onReadable)
  socket.once('error', onError)
  socket.once('close', onClose)
  const methods = username === undefined ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, PASSWORD]
  socket.write(Buffer.from([VERSION, methods.length, ...methods]))
}

function passwordMessage({ username = '', password = '' }: UpstreamProxy): Buffer {
  return Buffer.concat([Buffer.of(1), prefixed(username), prefixed(password)])
}

function connectMessage({ host, port }: SocksRequest): Buffer {
  const address = isIP(host) === 4 ? Buffer.from([1, ...host.split('.').map(Number)]) : undefined
  const named =
    address ?? (isIP(host) === 6 ? Buffer.from([4, ...ipv6Bytes(host)]) : Buffer.concat([Buffer.of(3), prefixed(host)]))
  return Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), named, Buffer.from([port >> 8, port & 0xff])])
}

/** A text behind its length in one byte; longer ones the protocol cannot carry. */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(Math.min(bytes.length, 255)), bytes.subarray(0, 255)])
}

/** The 16 bytes of an address as WHATWG URL serialises it: hexadecimal groups, `::` once at most. */
function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = new Array<number>(8 - left.length - right.length).fill(0)
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff])
}
