import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from './histogram.ts'

describe('streaming quantiles', () => {
  it('are within 1 % of the exact ones, for any series', () => {
    const values = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 500 })
    const parts = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(values, parts, (series, unsorted) => {
        const quantiles = [...unsorted].sort((a, b) => a - b)
        const histogram = new Histogram()
        for (const value of series) histogram.add(value)
        const sorted = [...series].sort((a, b) => a - b)
        const estimates = histogram.quantiles(quantiles)
        for (const [n, part] of quantiles.entries()) {
          const exact = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] ?? 0
          expect(Math.abs((estimates[n] ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.010001)
        }
      }),
    )
  })

  it('of nothing are 0', () => {
    expect(new Histogram().quantiles([0.5, 0.99])).toEqual([0, 0])
  })
})
