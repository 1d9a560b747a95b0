import { connect, isIPv4, type Socket } from 'node:net'
import { raw, type TestServer } from './servers.ts'

export interface Socks5Options {
  readonly username?: string
  readonly password?: string
  /** Answers CONNECT with this reply code instead of connecting (RFC 1928, section 6). */
  readonly reply?: number
}

/** A SOCKS5 proxy for tests: CONNECT only, with or without a login (RFC 1928, RFC 1929). */
export function socks5Server(options: Socks5Options = {}): Promise<TestServer> {
  return raw((socket) => {
    void serve(socket, options).catch(() => socket.destroy())
  })
}

async function serve(socket: Socket, options: Socks5Options): Promise<void> {
  const read = reader(socket)
  const [, count = 0] = await read(2)
  const methods = await read(count)
  const wanted = options.username === undefined ? 0 : 2
  if (!methods.includes(wanted)) {
    socket.end(Buffer.from([5, 0xff]))
    return
  }
  socket.write(Buffer.from([5, wanted]))
  if (wanted === 2 && !(await login(socket, read, options))) return
  const [, , , type = 0] = await read(4)
  const host = await readHost(read, type)
  const port = (await read(2)).readUInt16BE()
  const reply = (code: number) => socket.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
  if (options.reply !== undefined) {
    reply(options.reply)
    socket.end()
    return
  }
  const upstream = connect(port, host)
  upstream.on('error', () => {
    reply(5)
    socket.destroy()
  })
  upstream.once('connect', () => {
    reply(0)
    read.release()
    socket.pipe(upstream).pipe(socket)
  })
  socket.on('close', () => upstream.destroy())
}

async function login(socket: Socket, read: Reader, options: Socks5Options): Promise<boolean> {
  const [, userLength = 0] = await read(2)
  const username = (await read(userLength)).toString()
  const [passwordLength = 0] = await read(1)
  const password = (await read(passwordLength)).toString()
  const ok = username === options.username && password === (options.password ?? '')
  socket.write(Buffer.from([1, ok ? 0 : 1]))
  if (!ok) socket.end()
  return ok
}

async function readHost(read: Reader, type: number): Promise<string> {
  if (type === 1) return [...(await read(4))].join('.')
  if (type === 3) {
    const [length = 0] = await read(1)
    const name = (await read(length)).toString()
    return isIPv4(name) ? name : '127.0.0.1'
  }
  const bytes = await read(16)
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':')
}

type Reader = ((size: number) => Promise<Buffer>) & { release: () => void }

/** Reads exactly so many bytes at a time. */
function reader(socket: Socket): Reader {
  const take = async (size: number): Promise<Buffer> => {
    if (size === 0) return Buffer.alloc(0)
    for (;;) {
      const chunk: Buffer | null = socket.read(size)
      if (chunk !== null) return chunk
      if (socket.readableEnded || socket.destroyed) throw new Error('closed')
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.removeListener('readable', done)
          socket.removeListener('close', done)
          resolve()
        }
        socket.on('readable', done)
        socket.on('close', done)
      })
    }
  }
  return Object.assign(take, { release: () => socket.removeAllListeners('readable') })
}
