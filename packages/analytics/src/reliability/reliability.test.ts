import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { formatPercent } from './percent.ts'
import { reliabilityScore } from './reliability.ts'
import { burnRate, errorBudget } from './slo.ts'

describe('formatPercent', () => {
  it('never says all where something is missing, and never nothing where something is', () => {
    expect([1, 0.99996, 0.999999999, 0.29, 0.5, 0, 1e-9, 1.2, -1].map((share) => formatPercent(share))).toEqual([
      '100.00 %',
      '99.99 %',
      '99.99 %',
      '29.00 %',
      '50.00 %',
      '0.00 %',
      '< 0.01 %',
      '100.00 %',
      '0.00 %',
    ])
    expect(formatPercent(0.996, 0)).toBe('99 %')
    expect(formatPercent(Number.NaN)).toBe('- %')
  })

  it('never rounds up', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, fc.integer({ min: 0, max: 6 }), (value, digits) => {
        const text = formatPercent(value, digits)
        expect(text.startsWith('100')).toBe(value === 1)
        if (!text.startsWith('<')) expect(Number.parseFloat(text)).toBeLessThanOrEqual(100 * value * (1 + 1e-12))
      }),
    )
  })
})

describe('reliabilityScore', () => {
  it('is the published sum, over the parts that have data', () => {
    expect(reliabilityScore({ availability: 0.9, latency: 0.5, stability: 1 }).score).toBeCloseTo(45 + 15 + 20, 9)
    expect(reliabilityScore({ availability: 0.9, latency: undefined, stability: undefined }).score).toBeCloseTo(90, 9)
    expect(
      reliabilityScore({ availability: undefined, latency: undefined, stability: undefined }).score,
    ).toBeUndefined()
  })

  it('is from 0 to 100, and 100 only where all is well', () => {
    const part = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
    fc.assert(
      fc.property(part, part, part, (availability, latency, stability) => {
        const { score } = reliabilityScore({ availability, latency, stability })
        if (score === undefined) return
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(100)
      }),
    )
  })
})

describe('errorBudget', () => {
  it('says what is left and how fast it burns', () => {
    const budget = errorBudget(0.99, 985, 1_000)
    expect(budget).toMatchObject({ failures: 15, total: 1_000 })
    expect(budget.allowed).toBeCloseTo(10, 9)
    expect(budget.remaining).toBeCloseTo(-0.5, 9)
    expect(budget.burnRate).toBeCloseTo(1.5, 9)
    expect(burnRate(0.985, 0.99)).toBeCloseTo(1.5, 9)
    expect(errorBudget(0.9, 0, 0)).toMatchObject({ remaining: 1, burnRate: 0 })
  })

  it('refuses an objective that promises all or nothing', () => {
    for (const [objective, good, all] of [
      [1, 1, 1],
      [0, 1, 1],
      [0.9, 2, 1],
      [Number.NaN, 1, 1],
    ] as const) {
      expect(() => errorBudget(objective, good, all)).toThrow(expect.objectContaining({ code: 'SLO_INVALID' }))
    }
    expect(() => burnRate(0.5, 1)).toThrow(expect.objectContaining({ code: 'SLO_INVALID' }))
    expect(() => burnRate(99, 0.5)).toThrow(expect.objectContaining({ code: 'SLO_INVALID' }))
  })
})

describe('an aggregator', () => {
  it('scores availability, latency and stability of the last while', () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    for (let i = 0; i < 100; i += 1) {
      clock.advance(1_000)
      metrics.recordOutcome('ok', i >= 10)
      metrics.record('ms', i < 80 ? 100 : 900)
    }
    const query = { success: 'ok', latency: { metric: 'ms', objective: 500 }, windowMs: 100_000, periods: 10 }
    const found = metrics.getReliability(query)
    expect(found).toMatchObject({ availability: 0.9, latency: 0.8, stability: 0.9 })
    expect(found.score).toBeCloseTo(45 + 24 + 18, 9)
    expect(metrics.getErrorBudget('ok', 0.95, 100_000)).toMatchObject({ failures: 10, total: 100 })
    expect(metrics.getReliability({ success: 'nobody', windowMs: 1 }).score).toBeUndefined()
  })
})
