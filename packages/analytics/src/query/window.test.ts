import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryMetricStore, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Rings of 64 samples, so that every window of these tests is longer than what they hold. */
const limits = { samplesPerSeries: 64 }

interface Seen {
  readonly at: number
  readonly value: number
}

function setUp(clock = new ManualClock(), store = new MemoryMetricStore({ maxBytes: 1e9 })) {
  const metrics = new MetricsAggregator({ clock, store, limits, flushSamples: 1e9, staleMs: 40 * day })
  const seen: Seen[] = []
  const record = (value: number, late = 0): void => {
    const at = clock.now() - late
    metrics.record('m', value, { at })
    seen.push({ at, value })
  }
  const within = (since: number, until: number): number[] =>
    seen.filter(({ at }) => at >= since && at <= until).map(({ value }) => value)
  return { clock, store, metrics, seen, record, within }
}

describe('success over windows that rings no longer hold', () => {
  it('is counted exactly, from the whole minute on in which the window begins', async () => {
    const step = fc.record({ ms: fc.integer({ min: 1, max: 40_000 }), late: fc.nat(100_000), ok: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 300, maxLength: 600 }),
        fc.array(fc.integer({ min: 1, max: 8 * hour }), { minLength: 5, maxLength: 5 }),
        async (steps, windows) => {
          const { clock, metrics, record, within } = setUp()
          await metrics.restore()
          for (const [i, { ms, late, ok }] of steps.entries()) {
            clock.advance(ms)
            record(ok ? 1 : 0, late)
            if (i % 50 === 0) await metrics.flush()
          }
          for (const windowMs of windows) {
            const { since, complete, successes, total } = metrics.getSuccess('m', windowMs)
            const asked = clock.now() - windowMs
            expect(complete).toBe(true)
            expect(since).toBeLessThanOrEqual(asked + 1)
            expect(asked - since).toBeLessThan(minute)
            // Where it begins as asked, its very first millisecond is excluded.
            const samples = within(since === asked ? asked + 1 : since, clock.now())
            expect([total, successes]).toEqual([samples.length, samples.filter((value) => value > 0).length])
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('is counted by the hour beyond a day, up to 32 days', async () => {
    const { clock, metrics, record, within } = setUp()
    await metrics.restore()
    for (let i = 0; i < 31 * 24 * 4; i += 1) {
      clock.advance(15 * minute)
      record(i % 50 === 0 ? 0 : 1)
      if (i % 20 === 0) await metrics.flush()
    }
    for (const windowMs of [2 * day, 7 * day, 30 * day]) {
      const budget = metrics.getErrorBudget('m', 0.99, windowMs)
      const samples = within(budget.since, clock.now())
      expect(budget.complete).toBe(true)
      expect(clock.now() - windowMs - budget.since).toBeLessThan(hour)
      expect(budget.total).toBe(samples.length)
      expect(budget.failures).toBe(samples.filter((value) => value === 0).length)
    }
    expect(metrics.getSuccess('m', 40 * day).complete).toBe(false)
    const { availability, complete } = metrics.getReliability({ success: 'm', windowMs: 30 * day })
    expect(complete).toBe(true)
    expect(availability).toBeCloseTo(0.98, 3)
  })

  it('makes a burn-rate rule see all of its long window', () => {
    const { clock, metrics } = setUp()
    metrics.addAlertRule({
      id: 'burn',
      kind: 'burn-rate',
      metric: 'm',
      objective: 0.9,
      windowMs: hour,
      levels: { critical: 4 },
    })
    // Nothing fails in the last 64 samples but half of them, yet the hour as a whole spends its budget slowly.
    for (let i = 0; i < 700; i += 1) {
      clock.advance(5 * second)
      metrics.recordOutcome('m', i < 620 || i % 2 === 0)
    }
    expect(metrics.getSuccessRate('m', 5 * minute)).toBeCloseTo(0.5, 1)
    expect(metrics.evaluateAlerts()).toEqual([])
  })

  it('goes on after a restart for the metrics of rules, and for those that are named', async () => {
    for (const named of [false, true]) {
      const { clock, store, metrics, record } = setUp()
      await metrics.restore()
      for (let i = 0; i < 3 * 24 * 12; i += 1) {
        clock.advance(5 * minute)
        record(i % 9 === 0 ? 0 : 1)
        if (i % 10 === 0) await metrics.flush()
      }
      clock.advance(90 * second)
      record(0)
      await metrics[Symbol.asyncDispose]()
      const before = metrics.getSuccess('m', 3 * day - hour)

      const after = new MetricsAggregator({ clock, store, limits })
      const rule = { id: 'r', kind: 'success-rate', metric: 'm', windowMs: 3 * day, levels: { warning: 0.5 } } as const
      if (!named) after.addAlertRule(rule)
      await after.restore(hour, named ? { names: ['m'], windowMs: 3 * day } : undefined)
      expect(after.getSuccess('m', 3 * day - hour)).toEqual(before)
      after.recordOutcome('m', true)
      await after.flush()
      expect(after.getSuccess('m', 3 * day - hour)).toMatchObject({
        total: before.total + 1,
        successes: before.successes + 1,
      })
    }
  })
})

describe('a window that rings no longer hold', () => {
  it('has exact counts, sums and extremes and quantiles within 1 % for an hour, and says so', async () => {
    const { clock, metrics, record, within } = setUp()
    await metrics.restore()
    let value = 7
    for (let i = 0; i < 20_000; i += 1) {
      clock.advance(200)
      value = (value * 7_919) % 10_007
      record(value - 2_000)
      if (i % 100 === 0) await metrics.flush()
    }
    for (const windowMs of [minute, 5 * minute, hour]) {
      const found = metrics.window('m', windowMs)
      const samples = within(found.since, clock.now()).sort((a, b) => a - b)
      expect(found).toMatchObject({ source: 'rollups', complete: true, count: samples.length, min: samples[0] })
      expect(clock.now() - windowMs - found.since).toBeLessThan(minute)
      expect(found.sum).toBeCloseTo(
        samples.reduce((sum, each) => sum + each, 0),
        3,
      )
      const exact = samples[Math.round(0.95 * (samples.length - 1))] ?? 0
      expect(Math.abs((found.p95 ?? 0) - exact)).toBeLessThan(exact * 0.012)
    }
    expect(metrics.window('m', 5 * second)).toMatchObject({ source: 'samples', complete: true, count: 25 })
    const long = metrics.window('m', 2 * hour)
    expect(long.complete).toBe(long.since <= clock.now() - 2 * hour)
  })

  it('is judged as a whole by rules, whatever they aggregate', async () => {
    const { clock, metrics } = setUp()
    for (const aggregate of ['p50', 'mean', 'max', 'count'] as const) {
      metrics.addAlertRule({ id: aggregate, kind: 'upper', metric: 'm', aggregate, levels: { warning: 50 } })
    }
    // Five minutes of 100, and then 64 samples of 1 in the last second.
    for (let i = 0; i < 2_900; i += 1) {
      clock.advance(100)
      metrics.record('m', 100)
      if (i % 10 === 0) await metrics.flush()
    }
    for (let i = 0; i < 64; i += 1) metrics.record('m', 1)
    metrics.evaluateAlerts()
    expect(metrics.alerts({ state: 'firing' }).map(({ id }) => id)).toEqual(['p50', 'mean', 'max', 'count'])
  })

  it('of a counter grows by what it grew', () => {
    const { clock, metrics } = setUp()
    metrics.define('n', { kind: 'counter' })
    const rule = { id: 'r', kind: 'upper', metric: 'n', aggregate: 'increase', windowMs: 2 * hour } as const
    metrics.addAlertRule({ ...rule, levels: { warning: 1 } })
    for (let i = 0; i < 600; i += 1) {
      clock.advance(10 * second)
      metrics.record('n', 2)
      metrics.window('n', 1)
    }
    metrics.evaluateAlerts()
    expect(metrics.alerts()).toMatchObject([{ value: 1_200 }])
  })

  it('still has its trend', async () => {
    const { clock, metrics } = setUp()
    for (let i = 0; i < 7 * 24 * 30; i += 1) {
      clock.advance(2 * minute)
      metrics.record('t', 100 + i / 30 + (i % 7))
      if (i % 50 === 0) await metrics.flush()
    }
    const trend = metrics.getTrendAnalysis('t', 7 * day)
    expect(trend?.direction).toBe('rising')
    expect(trend).toMatchObject({ complete: true, slopePerHour: expect.closeTo(1, 1) })
  })
})

describe('what memory does not know', () => {
  it('is said: before an unrestored start, of a series that was dropped, of what was imported', async () => {
    const clock = new ManualClock()
    const store = new MemoryMetricStore()
    const fresh = new MetricsAggregator({ clock })
    expect(fresh.getSuccess('m', day)).toMatchObject({ rate: undefined, total: 0, complete: true })
    const unrestored = new MetricsAggregator({ clock, store })
    const began = clock.now()
    expect(unrestored.getSuccess('m', day)).toMatchObject({ complete: false, since: began })
    expect(unrestored.window('m', day).complete).toBe(false)
    clock.advance(hour)
    expect(unrestored.window('m', hour).complete).toBe(true)

    const metrics = new MetricsAggregator({ clock, staleMs: hour })
    metrics.recordOutcome('m', false)
    const last = clock.now()
    for (let i = 0; i < 3; i += 1) {
      clock.advance(hour)
      metrics.record('other', 1)
      await metrics.flush()
    }
    expect(metrics.series('m')).toEqual([])
    expect(metrics.getSuccess('m', day)).toMatchObject({ total: 0, complete: false, since: last })
    expect(metrics.getSuccess('m', hour).complete).toBe(true)

    await metrics.import('ndjson', [`{"name":"i","labels":{},"at":${clock.now() - minute},"value":1}\n`])
    expect(metrics.getSuccess('i', hour).complete).toBe(false)
    expect(metrics.coverage('i')).toEqual({ samplesSince: clock.now() - minute, totalsSince: clock.now() - minute })
  })

  it('is said where the budget of samples leaves no room for totals', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock, limits: { ...limits, samples: 1_000 } })
    for (let i = 0; i < 200; i += 1) {
      clock.advance(second)
      metrics.recordOutcome('m', true)
    }
    const found = metrics.getSuccess('m', hour)
    expect(found).toMatchObject({ total: 64, complete: false, since: clock.now() - 63 * second })
    expect(metrics.stats().samplesReserved).toBeLessThanOrEqual(1_000)
  })
})
