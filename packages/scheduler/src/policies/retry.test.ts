import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelayMs } from './retry.ts'

const waits = (policy: Parameters<typeof retryDelayMs>[0], n: number): number[] =>
  Array.from({ length: n }, (_, retry) => retryDelayMs(policy, retry + 1, () => 0.5))

describe('the wait before a retry', () => {
  it('doubles from a second by default', () => {
    expect(waits({ attempts: 9 }, 5)).toEqual([1000, 2000, 4000, 8000, 16_000])
  })

  it('grows by its multiplier up to its cap', () => {
    expect(waits({ attempts: 9, delayMs: 100, multiplier: 3, maxDelayMs: 1000 }, 4)).toEqual([100, 300, 900, 1000])
    expect(waits({ attempts: 9, delayMs: 100, multiplier: 1 }, 3)).toEqual([100, 100, 100])
  })

  it('is drawn from 0 to that with full jitter', () => {
    expect(waits({ attempts: 9, delayMs: 100, jitter: 'full' }, 3)).toEqual([50, 100, 200])
  })

  it('is a number from 0 to its cap, for every policy and every retry', () => {
    const policy = fc.record({
      attempts: fc.constant(1000),
      delayMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      multiplier: fc.double({ min: 1, max: 1e6, noNaN: true }),
      maxDelayMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      jitter: fc.constantFrom('none' as const, 'full' as const),
    })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 1000 }), random, (retry, n, draw) => {
        const wait = retryDelayMs(retry, n, () => draw)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(retry.maxDelayMs)
      }),
    )
  })
})
