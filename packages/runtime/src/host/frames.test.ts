import { PassThrough } from 'node:stream'
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameChannel, FrameTooLargeError, MAX_FRAME_BYTES } from './frames.ts'

function channel() {
  const messages: unknown[] = []
  const broken: Error[] = []
  const pipe = new PassThrough()
  const frames = new FrameChannel(pipe, {
    onMessage: (message) => messages.push(message),
    onBroken: (error) => broken.push(error),
  })
  return { pipe, frames, messages, broken }
}

function frame(message: unknown): Buffer {
  const body = serialize(message)
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.length)
  return Buffer.concat([header, body])
}

describe('FrameChannel', () => {
  it('reads the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (sent, cuts) => {
          const { pipe, messages } = channel()
          const bytes = Buffer.concat(sent.map(frame))
          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            const length = cuts[i % cuts.length] ?? 1
            pipe.emit('data', bytes.subarray(at, at + length))
            at += length
          }
          expect(messages).toEqual(sent)
        },
      ),
    )
  })

  it('refuses to send a frame over the limit, and sends nothing of it', () => {
    const { pipe, frames } = channel()
    expect(() => frames.send('x'.repeat(MAX_FRAME_BYTES))).toThrow(FrameTooLargeError)
    expect(pipe.readableLength).toBe(0)
  })

  it('reports a frame over the limit by its header, and reads nothing after it', () => {
    const { pipe, messages, broken } = channel()
    const header = Buffer.alloc(4)
    header.writeUInt32BE(2 * MAX_FRAME_BYTES)
    pipe.emit('data', header)
    pipe.emit('data', frame('late'))
    expect(broken).toEqual([expect.any(FrameTooLargeError)])
    expect(messages).toEqual([])
  })

  it('reports bytes that are no v8 value', () => {
    const { pipe, broken } = channel()
    pipe.emit('data', Buffer.from([0, 0, 0, 2, 1, 2]))
    expect(broken).toHaveLength(1)
  })
})
