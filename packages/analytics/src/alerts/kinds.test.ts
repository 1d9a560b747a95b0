import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertRule, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { WindowPeak } from './kinds/scores.ts'

const minute = 60_000

/** An aggregator with one rule; `see` evaluates it and says what fires: `severity@value`, or nothing. */
function watch(rule: AlertRule) {
  const clock = new ManualClock()
  const metrics = new MetricsAggregator({ clock })
  metrics.addAlertRule(rule)
  const see = (): string => {
    metrics.evaluateAlerts()
    return metrics
      .alerts({ state: 'firing' })
      .map(({ severity, value }) => `${severity}@${value}`)
      .join(' ')
  }
  return { clock, metrics, see }
}

describe('a range rule', () => {
  it('fires outside of its band and ends inside of its recovery band', () => {
    const levels = { warning: [10, 20], critical: [0, 30] } as const
    const { clock, metrics, see } = watch({
      id: 'r',
      kind: 'range',
      metric: 'm',
      aggregate: 'last',
      levels,
      recovery: [12, 18],
    })
    const values = [15, 9, 31, -1, 11, 12, 20, 21]
    const seen = values.map((value) => {
      clock.advance(1_000)
      metrics.record('m', value)
      return see()
    })
    expect(seen).toEqual(['', 'warning@9', 'critical@31', 'critical@-1', 'critical@11', '', '', 'warning@21'])
  })
})

describe('an absence rule', () => {
  it('fires after its time of silence, ends with the next sample, and knows metrics that never came', () => {
    const { clock, metrics, see } = watch({
      id: 'r',
      kind: 'absence',
      metric: 'm',
      levels: { warning: 5 * minute, critical: 10 * minute },
    })
    clock.advance(5 * minute)
    expect(see()).toBe('')
    clock.advance(1)
    expect(see()).toBe(`warning@${5 * minute + 1}`)
    clock.advance(5 * minute)
    expect(see()).toBe(`critical@${10 * minute + 1}`)
    metrics.record('m', 0)
    expect(see()).toBe('')
    clock.advance(6 * minute)
    expect(see()).toBe(`warning@${6 * minute}`)
  })
})

describe('a rate-of-change rule', () => {
  const rule = { id: 'r', kind: 'rate-of-change', metric: 'm', windowMs: minute, levels: { warning: 0.5 } } as const

  it('compares a window with the one before, in shares of it', () => {
    const { clock, metrics, see } = watch(rule)
    metrics.record('m', 10)
    clock.advance(minute)
    expect(see()).toBe('')
    metrics.record('m', 15)
    expect(see()).toBe('')
    metrics.record('m', 16)
    expect(see()).toBe('warning@0.55')
  })

  it('looks in one direction only, or in units, where it is told to', () => {
    for (const [more, expected] of [
      [{ direction: 'up' }, ''],
      [{ direction: 'down' }, 'warning@0.8'],
      [{ measure: 'absolute', levels: { warning: 7 } }, 'warning@8'],
    ] as const) {
      const { clock, metrics, see } = watch({ ...rule, ...more })
      metrics.record('m', 10)
      clock.advance(minute)
      metrics.record('m', 2)
      expect(see()).toBe(expected)
    }
  })
})

describe('a success-rate rule', () => {
  it('needs its minimum of samples, fires below its level and ends at its recovery', () => {
    const { metrics, see } = watch({
      id: 'r',
      kind: 'success-rate',
      metric: 'm',
      minSamples: 4,
      levels: { warning: 0.9, critical: 0.5 },
      recovery: 0.95,
    })
    const seen = [false, false, false, true].map((ok) => {
      metrics.recordOutcome('m', ok)
      return see()
    })
    expect(seen).toEqual(['', '', '', 'critical@0.25'])
    for (let i = 0; i < 29; i += 1) metrics.recordOutcome('m', true)
    expect(see()).toBe(`critical@${30 / 33}`)
    for (let i = 0; i < 30; i += 1) metrics.recordOutcome('m', true)
    expect(see()).toBe('')
  })
})

describe('a burn-rate rule', () => {
  it('fires only where the budget burns over the long and the short window', () => {
    const { clock, metrics, see } = watch({
      id: 'r',
      kind: 'burn-rate',
      metric: 'm',
      objective: 0.9,
      levels: { critical: 2 },
    })
    for (let i = 0; i < 10; i += 1) metrics.recordOutcome('m', i >= 5)
    expect(see()).toBe(`critical@${0.5 / (1 - 0.9)}`)
    clock.advance(6 * minute)
    expect(see()).toBe('')
    metrics.recordOutcome('m', false)
    expect(see()).not.toBe('')
  })
})

describe('an anomaly rule', () => {
  it('fires on a sample that is not as usual, and ends once that has left the window', () => {
    const { clock, metrics, see } = watch({
      id: 'r',
      kind: 'anomaly',
      metric: 'm',
      windowMs: minute,
      levels: { warning: 1 },
    })
    const tick = (value: number): string => {
      clock.advance(1_000)
      metrics.record('m', value)
      return see()
    }
    for (let i = 0; i < 300; i += 1) expect(tick(100 + (i % 7))).toBe('')
    expect(tick(200)).toMatch(/^warning@/)
    for (let i = 0; i < 59; i += 1) expect(tick(100 + (i % 7))).toMatch(/^warning@/)
    expect(tick(103)).toBe('')
  })
})

describe('an anomaly rule on a constant series', () => {
  it('ends once the anomaly has left the window', () => {
    const levels = { warning: 1 }
    const { clock, metrics, see } = watch({ id: 'r', kind: 'anomaly', metric: 'm', windowMs: minute, levels })
    const tick = (value: number): string => {
      clock.advance(1_000)
      metrics.record('m', value)
      return see()
    }
    for (let i = 0; i < 300; i += 1) expect(tick(100)).toBe('')
    expect(tick(200)).toMatch(/^warning@/)
    for (let i = 0; i < 59; i += 1) tick(100)
    expect(tick(100)).toBe('')
  })

  it('gives no verdict on the samples of the warm-up', () => {
    const { clock, metrics, see } = watch({
      id: 'r',
      kind: 'anomaly',
      metric: 'm',
      windowMs: minute,
      minSamples: 30,
      levels: { warning: 1 },
    })
    for (let i = 0; i < 110; i += 1) {
      clock.advance(1_000)
      metrics.record('m', 100)
      see()
    }
    metrics.record('m', 200)
    expect(see()).toBe('')
    for (let i = 0; i < 20; i += 1) metrics.record('m', 100)
    expect(see()).toMatch(/^warning@/)
  })
})

describe('the highest score of a moving window', () => {
  it('is that of its samples, in bounded memory, whatever comes in', () => {
    const sample = fc.record({ step: fc.nat(300), late: fc.nat(900), score: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 80 }), (samples) => {
        const peak = new WindowPeak(256)
        const seen: { at: number; score: number }[] = []
        let now = 0
        for (const { step, late, score } of samples) {
          now += step
          const at = now - late
          seen.push({ at, score })
          peak.push(at, score)
          const highest = Math.max(0, ...seen.filter((each) => each.at > now - 256).map((each) => each.score))
          expect(peak.highest(now - 256)).toBe(highest)
        }
      }),
    )
  })
})

describe('rules', () => {
  it('are refused where they contradict themselves', () => {
    const metrics = new MetricsAggregator()
    const base = { id: 'r', metric: 'm' }
    const bad = [
      { ...base, kind: 'range', levels: { warning: [2, 1] } },
      { ...base, kind: 'range', levels: { warning: [0, 9], critical: [1, 8] } },
      { ...base, kind: 'absence', levels: { warning: 0 } },
      { ...base, kind: 'success-rate', levels: { warning: 95 } },
      { ...base, kind: 'success-rate', levels: { warning: 0.9 }, recovery: 0.8 },
      { ...base, kind: 'burn-rate', objective: 1, levels: { warning: 2 } },
      { ...base, kind: 'rate-of-change', levels: { warning: -1 } },
      { ...base, kind: 'upper', levels: { warning: Number.NaN } },
      { ...base, kind: 'toString', levels: { warning: 1 } },
    ]
    for (const rule of bad) {
      expect(() => metrics.addAlertRule(rule as unknown as AlertRule)).toThrow(
        expect.objectContaining({ code: 'ALERT_RULE_INVALID' }),
      )
    }
    expect(metrics.alertRules()).toEqual([])
  })
})
