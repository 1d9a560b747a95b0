import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { UpstreamProxy } from '../proxy.ts'

export interface FixtureSocks extends AsyncDisposable {
  readonly proxy: UpstreamProxy
  /** `host:port` of each request to connect. */
  readonly asked: string[]
  /** Reply code to give instead of connecting. */
  reply: number
}

/** A SOCKS 5 proxy on loopback that wants a password and sends a byte at a time. */
export async function startSocks(): Promise<FixtureSocks> {
  const username = 'ada'
  const password = 'p:ss wörd'
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => client.destroy())
    const drip = (...bytes: number[]): void => {
      for (const byte of bytes) client.write(Buffer.of(byte))
    }
    client.setNoDelay(true)
    void serve(client).catch(() => client.destroy())

    async function serve(from: Socket): Promise<void> {
      const bytes = reader(from)
      const [, methods = 0] = await bytes(2)
      if (!(await bytes(methods)).includes(2)) return void from.end(Buffer.of(5, 0xff))
      drip(5, 2)
      await bytes(1)
      const given = [String(await bytes((await bytes(1))[0] ?? 0)), String(await bytes((await bytes(1))[0] ?? 0))]
      if (given[0] !== username || given[1] !== password) return void from.end(Buffer.of(1, 1))
      drip(1, 0)
      const [, , , type] = await bytes(4)
      let host: string
      if (type === 1) host = (await bytes(4)).join('.')
      else if (type === 3) host = String(await bytes((await bytes(1))[0] ?? 0))
      else host = ((await bytes(16)).toString('hex').match(/.{4}/g) ?? []).join(':')
      const port = (await bytes(2)).readUInt16BE()
      fixture.asked.push(`${host}:${port}`)
      if (fixture.reply !== 0) return void from.end(Buffer.of(5, fixture.reply, 0, 1, 0, 0, 0, 0, 0, 0))
      const site = connect({ host, port }, () => {
        drip(5, 0, 0, 3, 2, 0x61, 0x62, 0, 80)
        from.removeAllListeners('readable')
        from.pipe(site).pipe(from)
      })
      sockets.add(site)
      site.on('error', () => from.destroy())
      site.once('close', () => from.destroy())
      from.once('close', () => site.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const fixture: FixtureSocks = {
    proxy: { id: 'socks', protocol: 'socks5', host: '127.0.0.1', port, username, password },
    asked: [],
    reply: 0,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return fixture
}

function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  return async (bytes) => {
    for (;;) {
      const read: Buffer | null = bytes === 0 ? Buffer.alloc(0) : socket.read(bytes)
      if (read !== null) return read
      if (socket.destroyed || socket.readableEnded) throw new Error('The client went away')
      await new Promise<void>((resolve) => {
        socket.once('readable', resolve)
        socket.once('close', resolve)
      })
    }
  }
}
