import { type Duplex, PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Direction = 'up' | 'down'

export interface TunnelOptions {
  readonly client: Duplex
  readonly upstream: Duplex
  /** What the first bytes wait for whenever the traffic changes direction. */
  readonly pause: () => Promise<void>
  readonly count: (direction: Direction, bytes: number) => void
}

/** Carries bytes both ways; resolves when both ways are over, however they end. */
export async function tunnel({ client, upstream, pause, count }: TunnelOptions): Promise<void> {
  let last: Direction | undefined
  const passage = (direction: Direction): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        count(direction, chunk.length)
        const turned = last !== direction
        last = direction
        if (turned) pause().then(() => done(null, chunk), done)
        else done(null, chunk)
      },
    })
  await Promise.allSettled([pipeline(client, passage('up'), upstream), pipeline(upstream, passage('down'), client)])
  client.destroy()
  upstream.destroy()
}

/** Counts what passes. */
export function counter(count: (bytes: number) => void): Transform {
  return new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      count(chunk.length)
      done(null, chunk)
    },
  })
}
