import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { exponentialMovingAverage, simpleMovingAverage } from './averages.ts'
import { changePoints } from './change-points.ts'
import { theilSen } from './theil-sen.ts'
import { analyseTrend } from './trend.ts'

/** Noise that repeats only after long, without a random seed: the golden ratio's multiples modulo 1. */
const noise = (i: number): number => ((i * 0.6180339887498949) % 1) - 0.5

describe('moving averages', () => {
  it('average what came before', () => {
    expect(simpleMovingAverage([1, 2, 3, 4, 5], 3)).toEqual([1, 1.5, 2, 3, 4])
    expect(exponentialMovingAverage([1, 1, 4], 3)).toEqual([1, 1, 2.5])
    expect(simpleMovingAverage([], 3)).toEqual([])
  })

  it('forget what has left them, however large it was', () => {
    expect(simpleMovingAverage([1e17, 1, 1, 1], 1)).toEqual([1e17, 1, 1, 1])
    expect(simpleMovingAverage([1e17, 1, 1, 1, 1, 1], 3).slice(3)).toEqual([1, 1, 1])
  })

  it('are the means of their windows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 })), fc.integer({ min: 1, max: 9 }), (values, count) => {
        const means = values.map((_, i) => {
          const window = values.slice(Math.max(0, i - count + 1), i + 1)
          return window.reduce((a, b) => a + b) / window.length
        })
        expect(simpleMovingAverage(values, count)).toEqual(means.map((mean) => expect.closeTo(mean, 9)))
      }),
    )
  })

  it('need a span', () => {
    for (const average of [simpleMovingAverage, exponentialMovingAverage]) {
      for (const count of [0, Number.NaN, -1]) {
        expect(() => average([1, 2], count)).toThrow(expect.objectContaining({ code: 'METRIC_QUERY_INVALID' }))
      }
    }
  })

  it('stay within the values', () => {
    const values = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (list, count) => {
        const [low, high] = [Math.min(...list) - 1e-6, Math.max(...list) + 1e-6]
        for (const average of [...simpleMovingAverage(list, count), ...exponentialMovingAverage(list, count)]) {
          expect(average).toBeGreaterThanOrEqual(low)
          expect(average).toBeLessThanOrEqual(high)
        }
      }),
    )
  })
})

describe('theilSen', () => {
  const times = Array.from({ length: 60 }, (_, i) => i * 10)

  it('finds a slope that a quarter of outliers does not bend', () => {
    const line = theilSen(
      times,
      times.map((t, i) => (i % 4 === 0 ? 9_999 : 3 + 0.5 * t + noise(i))),
    )
    expect(line.slope).toBeCloseTo(0.5, 1)
    const clean = theilSen(
      times,
      times.map((t) => 3 + 0.5 * t),
    )
    expect(clean.slope).toBeCloseTo(0.5, 12)
    expect(clean.intercept).toBeCloseTo(3, 9)
    expect(clean.pValue).toBeLessThan(1e-6)
  })

  it('calls noise and a constant no trend', () => {
    expect(
      theilSen(
        times,
        times.map((_, i) => noise(i)),
      ).pValue,
    ).toBeGreaterThan(0.05)
    expect(
      theilSen(
        times,
        times.map(() => 7),
      ),
    ).toEqual({ slope: 0, intercept: 7, pValue: 1 })
    expect(theilSen([0], [7])).toMatchObject({ slope: 0, pValue: 1 })
  })

  it('compares no two values of the same time', () => {
    // S is 23, and its variance over all 40,320 orders of these values 59.619: z is 22 / √59.619, with the correction for
    // continuity.
    const line = theilSen([0, 0, 1, 1, 2, 2, 3, 3], [1, 2, 2, 3, 4, 4, 5, 6])
    expect(line.slope).toBeCloseTo(4 / 3, 12)
    expect(line.pValue).toBeCloseTo(0.00438, 5)
    const [slope, pValue] = [0, expect.closeTo(1, 6)]
    expect(theilSen([0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 4, 1, 2, 3, 4])).toMatchObject({ slope, pValue })
    expect(theilSen([5, 5, 5], [1, 2, 3])).toEqual({ slope: 0, intercept: 1, pValue: 1 })
  })

  it('does not ask for its points in order, but for no more than it can compare', () => {
    const values = times.map((t, i) => 3 + 0.5 * t + noise(i))
    const backwards = theilSen(times.toReversed(), values.toReversed())
    const line = theilSen(times, values)
    expect(backwards.slope).toBeCloseTo(line.slope, 12)
    expect(backwards.pValue).toBe(line.pValue)
    const many = new Array<number>(2_001).fill(0)
    expect(() => theilSen(many, many)).toThrow(expect.objectContaining({ code: 'METRIC_QUERY_INVALID' }))
  })

  it('mirrors with its values and scales with them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 30 }), (values) => {
        const at = values.map((_, i) => i)
        const line = theilSen(at, values)
        const mirrored = theilSen(
          at,
          values.map((value) => -3 * value),
        )
        expect(mirrored.slope).toBeCloseTo(-3 * line.slope, 9)
        expect(mirrored.pValue).toBeCloseTo(line.pValue, 9)
      }),
    )
  })
})

describe('changePoints', () => {
  it('finds where the level moved, and its size', () => {
    const values = Array.from({ length: 120 }, (_, i) => (i < 40 ? 10 : i < 90 ? 20 : 12) + noise(i))
    const found = changePoints(values)
    expect(found.map(({ index }) => index)).toEqual([40, 90])
    expect(found[0]?.before).toBeCloseTo(10, 0)
    expect(found[0]?.after).toBeCloseTo(20, 0)
    expect(found[1]?.after).toBeCloseTo(12, 0)
  })

  it('finds none in noise, in a constant, in next to nothing', () => {
    expect(changePoints(Array.from({ length: 200 }, (_, i) => noise(i)))).toEqual([])
    expect(changePoints(new Array<number>(50).fill(5))).toEqual([])
    expect(changePoints([1, 2, 3])).toEqual([])
  })

  it('finds none in outliers, wherever they stand, nor in what seldom differs from 0', () => {
    for (const n of [12, 60, 200]) {
      for (let place = 0; place < n; place += 5) {
        expect(changePoints(Array.from({ length: n }, (_, i) => (i === place ? 9 : 5)))).toEqual([])
      }
    }
    expect(changePoints(Array.from({ length: 120 }, (_, i) => (noise(i * 7) > 0.4 ? 1 : 0)))).toEqual([])
  })

  it('finds a short step at any level', () => {
    const values = Array.from({ length: 120 }, (_, i) => 1e9 + (i >= 60 && i < 66 ? 3 : 0))
    expect(changePoints(values)).toEqual([
      { index: 60, before: 1e9, after: 1e9 + 3 },
      { index: 66, before: 1e9 + 3, after: 1e9 },
    ])
  })
})

describe('analyseTrend', () => {
  it('says which way it goes, and where it will be', () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ at: 1.7e12 + i * 60_000, value: 50 + i * 0.1 + noise(i) }))
    const trend = analyseTrend(points)
    expect(trend).toMatchObject({ direction: 'rising' })
    expect(trend?.slopePerHour).toBeCloseTo(6, 0)
    const end = trend?.forecast.at(-1)
    expect(trend?.forecast).toHaveLength(20)
    expect(end?.at).toBeCloseTo(1.7e12 + 119 * 60_000, 0)
    expect(end?.lower).toBeLessThan(61.9)
    expect(end?.upper).toBeGreaterThan(61.9)
    expect((end?.upper ?? 0) - (end?.lower ?? 0)).toBeLessThan(4)
    expect(analyseTrend(points.slice(0, 7))).toBeUndefined()
  })

  it('forecasts the newest level where there is no trend', () => {
    const points = Array.from({ length: 40 }, (_, i) => ({ at: i, value: noise(i) }))
    const trend = analyseTrend(points)
    expect(trend?.direction).toBe('flat')
    expect(new Set(trend?.forecast.map(({ value }) => value)).size).toBe(1)
  })
})

describe('getTrendAnalysis', () => {
  it('looks at the means of equal stretches of the window', () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    for (let i = 0; i < 600; i += 1) {
      clock.advance(1_000)
      metrics.record('m', 600 - i)
    }
    const trend = metrics.getTrendAnalysis('m', 600_000, { points: 60 })
    expect(trend).toMatchObject({ direction: 'falling', points: { length: 60 } })
    expect(trend?.points[0]?.value).toBe(595.5)
    expect(trend?.slopePerHour).toBeCloseTo(-3_600, 6)
    expect(metrics.getTrendAnalysis('nobody', 1_000)).toBeUndefined()
    for (const points of [0, 2.5, 1e10, Number.NaN]) {
      const ask = (): unknown => metrics.getTrendAnalysis('m', 600_000, { points })
      expect(ask).toThrow(expect.objectContaining({ code: 'METRIC_QUERY_INVALID' }))
    }
  })
})
