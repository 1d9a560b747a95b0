import type { Duplex } from 'node:stream'

/** The least that carries whole messages over a pipe: a length before each, no limit and no check. */
export function bareChannel(pipe: Duplex) {
  return {
    post(body: Buffer) {
      const header = Buffer.allocUnsafe(4)
      header.writeUInt32BE(body.length)
      pipe.cork()
      pipe.write(header)
      pipe.write(body)
      pipe.uncork()
    },
    on(listener: (body: Buffer) => void) {
      let rest = Buffer.alloc(0)
      pipe.on('data', (chunk: Buffer) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
          const end = 4 + rest.readUInt32BE()
          listener(rest.subarray(4, end))
          rest = rest.subarray(end)
        }
      })
    },
  }
}
