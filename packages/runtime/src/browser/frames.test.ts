import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameSplitter } from './frames.ts'

test('frames come out whole and in order, however the stream is cut', () => {
  const frame = fc.uint8Array({ min: 1, maxLength: 40 })
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(frame), cuts, (frames, sizes) => {
      const seen: Buffer[] = []
      const splitter = new FrameSplitter((each) => seen.push(Buffer.from(each)))
      const stream = Buffer.concat(frames.flatMap((each) => [Buffer.from(each), Buffer.of(0)]))
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        splitter.push(stream.subarray(at, at + size))
        at += size
      }
      expect(seen).toEqual(frames.map((each) => Buffer.from(each)))
    }),
  )
})

test('what has not ended is not handed on', () => {
  const seen: string[] = []
  const splitter = new FrameSplitter((frame) => seen.push(String(frame)))
  splitter.push(Buffer.from('one\0tw'))
  expect(seen).toEqual(['one'])
  splitter.push(Buffer.from('o\0'))
  expect(seen).toEqual(['one', 'two'])
})
