import fc from 'fast-check'
import * as oracle from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const number = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.integer({ min: -5, max: 5 }),
  // Far from 0 and close together: where a variance by sums of squares would be noise.
  fc.integer({ min: 0, max: 9 }).map((digit) => 1e9 + digit),
)
const samples = fc.array(fc.record({ value: number.map((value) => value + 0), back: fc.nat(59_999), q: fc.nat(2) }), {
  minLength: 1,
  maxLength: 300,
})

/**
 * The definitions are the same here and there: `mean`, the population's `variance` and `standardDeviation`, and quantiles
 * of type 7, interpolated linearly between the nearest ranks. Only the last bits may differ.
 */
describe('against simple-statistics, over samples of several series in any order', () => {
  it('window() gives the same statistics', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const clock = new ManualClock()
        const metrics = new MetricsAggregator({ clock })
        for (const { value, back, q } of list) {
          metrics.record('m', value, { labels: { q: String(q) }, at: clock.now() - back })
        }
        const found = metrics.window('m', 60_000)
        const values = list.map(({ value }) => value)
        const scale = Math.max(1, ...values.map(Math.abs))
        const close = (ours: number | undefined, theirs: number, bits: number): void =>
          expect(Math.abs((ours ?? Number.NaN) - theirs)).toBeLessThanOrEqual(bits * Number.EPSILON * scale)
        expect(found.count).toBe(values.length)
        expect([found.min, found.max]).toEqual([oracle.min(values), oracle.max(values)])
        close(found.sum, oracle.sum(values), 4 * values.length)
        close(found.mean, oracle.mean(values), 4)
        close(found.stddev, oracle.standardDeviation(values), 32)
        close((found.stddev ?? Number.NaN) ** 2 / scale, oracle.variance(values) / scale, 64)
        close(found.p50, oracle.quantile(values, 0.5), 2)
        close(found.p95, oracle.quantile(values, 0.95), 2)
        close(found.p99, oracle.quantile(values, 0.99), 2)
      }),
    )
  })

  it('query() gives the same for any quantile', async () => {
    await fc.assert(
      fc.asyncProperty(samples, fc.double({ min: 0, max: 1, noNaN: true }), async (list, q) => {
        const clock = new ManualClock()
        const metrics = new MetricsAggregator({ clock })
        for (const { value, back } of list) metrics.record('m', value, { at: clock.now() - back })
        const [found] = await metrics.query({
          metric: 'm',
          since: clock.now() - 60_000,
          until: clock.now() + 1,
          aggregate: { quantile: q },
          resolution: 'raw',
        })
        const values = list.map(({ value }) => value)
        const scale = Math.max(1, ...values.map(Math.abs))
        const ours = found?.points[0]?.value ?? Number.NaN
        expect(Math.abs(ours - oracle.quantile(values, q))).toBeLessThanOrEqual(2 * Number.EPSILON * scale)
      }),
      { numRuns: 50 },
    )
  })
})
