import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRawBlock, encodeRawBlock } from './raw-block.ts'

const value = fc
  .oneof(
    fc.integer({ min: -40_000, max: 40_000 }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  .map((each) => each + 0)
const step = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(70_000), fc.constant(2 ** 33))
const mixes = fc.oneof(
  fc.array(fc.record({ value: fc.integer({ min: -9, max: 9 }), step: fc.nat(9) }), { minLength: 1 }),
  fc.array(fc.record({ value, step }), { minLength: 1, maxLength: 50 }),
)

const block = (times: readonly number[], values: readonly number[]) =>
  encodeRawBlock('m', {}, Float64Array.from(times), Float64Array.from(values))

describe('a raw block', () => {
  it('gives back every sample unchanged, in any place of a buffer', () => {
    fc.assert(
      fc.property(mixes, fc.nat(15), (samples, offset) => {
        let at = 1.7e12
        const times = samples.map(({ step: each }) => (at += each))
        const values = samples.map((sample) => sample.value)
        const written = block(times, values)
        const buffer = new Uint8Array(written.data.length + offset)
        buffer.set(written.data, offset)
        const found = decodeRawBlock({ ...written, data: buffer.subarray(offset) })
        expect([...found.times]).toEqual(times)
        expect([...found.values]).toEqual(values)
        expect([written.from, written.to, written.count]).toEqual([times[0], times.at(-1), times.length])
      }),
    )
  })

  it('takes 3 bytes a sample for small whole numbers in close succession', () => {
    const times = Array.from({ length: 1_000 }, (_, i) => i * 100)
    expect(
      block(
        times,
        times.map((at) => at % 977),
      ).data.length,
    ).toBeLessThan(3_100)
    expect(block(times, times.map(Math.sqrt)).data.length).toBeLessThan(9_100)
  })

  it('is refused where it was cut or changed', () => {
    const whole = block([1, 2, 3], [1, 2, 3])
    const changed = (index: number) => whole.data.with(index, 77)
    for (const data of [
      whole.data.slice(1),
      whole.data.slice(0, -1),
      new Uint8Array(),
      ...[0, 2, 3, 4, 8, 9].map(changed),
    ]) {
      expect(() => decodeRawBlock({ ...whole, data })).toThrow(
        expect.objectContaining({ code: 'METRIC_BLOCK_CORRUPT' }),
      )
    }
  })
})
