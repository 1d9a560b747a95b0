import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregateValues } from './aggregate.ts'
import { quantilesInPlace } from './quantile.ts'
import { summarise } from './statistics.ts'

const values = fc.array(
  fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: -5, max: 5 })).map((value) => value + 0),
  {
    minLength: 1,
    maxLength: 2_000,
  },
)
const ends = { first: undefined, last: undefined, since: 0, source: 'samples' as const, complete: true }

/** By the definition, with whole numbers of arbitrary size so that no rounding hides anything. */
function exactSum(list: readonly number[]): number {
  const scale = 2 ** 40
  let sum = 0n
  let rest = 0
  for (const value of list) {
    const scaled = value * scale
    const whole = Math.trunc(scaled)
    sum += BigInt(whole)
    rest += scaled - whole
  }
  return (Number(sum) + rest) / scale
}

function sortedQuantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] as number
  return low + (rank - Math.floor(rank)) * ((sorted[Math.ceil(rank)] as number) - low)
}

describe('summarise', () => {
  it('gives what the definitions say', () => {
    fc.assert(
      fc.property(values, (list) => {
        const found = summarise(Float64Array.from(list), ends)
        const scale = Math.max(1, ...list.map(Math.abs))
        const sum = exactSum(list)
        const mean = sum / list.length
        const variance = list.reduce((total, value) => total + (value - mean) ** 2, 0) / list.length
        expect(found.count).toBe(list.length)
        expect(Math.abs(found.sum - sum)).toBeLessThanOrEqual(1e-12 * scale * list.length)
        expect(Math.abs((found.mean ?? Number.NaN) - mean)).toBeLessThanOrEqual(1e-12 * scale)
        expect(Math.abs((found.stddev ?? Number.NaN) - Math.sqrt(variance))).toBeLessThanOrEqual(1e-7 * scale)
        expect([found.min, found.max]).toEqual([Math.min(...list), Math.max(...list)])
        expect([found.p50, found.p95, found.p99]).toEqual([0.5, 0.95, 0.99].map((q) => sortedQuantile(list, q)))
      }),
    )
  })

  it('does not lose small values beside great ones', () => {
    expect(summarise(Float64Array.of(1e16, 1, 1, -1e16), ends).sum).toBe(2)
    expect(summarise(Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3), ends).stddev).toBeCloseTo(Math.sqrt(2 / 3), 12)
  })
})

describe('quantilesInPlace', () => {
  it('agrees with sorting, for any quantiles and any order of values', () => {
    const quantiles = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(values, quantiles, (list, qs) => {
        qs.sort((a, b) => a - b)
        expect(quantilesInPlace(Float64Array.from(list), qs)).toEqual(qs.map((q) => sortedQuantile(list, q)))
      }),
    )
  })

  it('takes many equal, rising and falling values', () => {
    const n = 50_000
    for (const list of [
      new Float64Array(n).fill(7),
      Float64Array.from({ length: n }, (_, i) => i),
      Float64Array.from({ length: n }, (_, i) => n - i),
      Float64Array.from({ length: n }, (_, i) => i % 3),
    ]) {
      const expected = [0.25, 0.5, 0.999].map((q) => sortedQuantile([...list], q))
      expect(quantilesInPlace(list, [0.25, 0.5, 0.999])).toEqual(expected)
    }
    expect(quantilesInPlace(new Float64Array(), [0.5])).toEqual([Number.NaN])
  })
})

describe('aggregateValues', () => {
  it('says that nothing is known of no values, but that there are none', () => {
    const none = new Float64Array()
    expect([aggregateValues('count', none), aggregateValues('sum', none)]).toEqual([0, 0])
    for (const aggregate of ['mean', 'min', 'max', 'stddev', 'p95', { quantile: 0.1 }] as const) {
      expect(aggregateValues(aggregate, none)).toBeUndefined()
    }
  })
})
