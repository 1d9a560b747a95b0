import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quickLog2 } from './log2.ts'

const positive = fc.double({ min: 1e-300, max: Number.MAX_VALUE, noNaN: true })

it('is the logarithm to seven digits', () => {
  fc.assert(
    fc.property(positive, (value) => {
      expect(Math.abs(quickLog2(value) - Math.log2(value))).toBeLessThan(1e-7)
    }),
  )
  for (let power = -900; power <= 1_023; power += 1) expect(quickLog2(2 ** power)).toBe(power)
})

it('never falls', () => {
  fc.assert(
    fc.property(positive, (value) => {
      const next = value * (1 + 4 * Number.EPSILON)
      expect(quickLog2(next)).toBeGreaterThanOrEqual(quickLog2(value))
    }),
  )
})
