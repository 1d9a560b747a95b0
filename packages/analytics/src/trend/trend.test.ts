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
  })
})
