import { describe, expect, it } from 'vitest'
import { MemoryMetricStore, type MetricStore, MetricsAggregator } from './index.ts'
import { ManualClock } from './testing/index.ts'

const seconds = (count: number): number => count * 1_000

describe('a sample that is refused', () => {
  it('leaves nothing behind, so that it takes no room from a series that is real', () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock, limits: { series: 1 } })
    metrics.define('n', { kind: 'counter' })
    const refused: [string, number, number?][] = [
      ['a', Number.NaN],
      ['a', 1e141],
      ['n', -1],
      ['a', 1, Number.NaN],
    ]
    for (const [name, value, at] of refused) {
      expect(() => metrics.record(name, value, at === undefined ? {} : { at })).toThrow()
    }
    expect(metrics.record('a', 1, { at: 0 })).toBe(false)
    expect(metrics.bind('b').record(1, 0)).toBe(false)
    expect(metrics.record('a', 1, { at: clock.now() + seconds(61) })).toBe(false)
    expect(metrics.stats()).toMatchObject({ series: 0, samplesReserved: 0 })
    expect(metrics.record('real', 1)).toBe(true)
    expect(metrics.series()).toMatchObject([{ name: 'real' }])
  })

  it('is one that no sum could hold: totals, deviations and rollups stay finite', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    metrics.define('n', { kind: 'counter' })
    for (let i = 0; i < 3; i += 1) for (const value of [1e140, -1e140]) metrics.record('g', value)
    metrics.record('n', 1e140)
    expect(() => metrics.record('n', 1e140)).toThrow(expect.objectContaining({ code: 'METRIC_VALUE_INVALID' }))
    expect(metrics.series('n')).toMatchObject([{ lastValue: 1e140 }])
    const { sum, stddev } = metrics.window('g', seconds(60))
    expect([sum, stddev]).toEqual([0, 1e140])
    clock.advance(seconds(600))
    const range = { since: clock.now() - seconds(900), until: clock.now(), resolution: '1m' } as const
    const [rolled] = await metrics.query({ metric: 'g', aggregate: 'stddev', ...range })
    expect(rolled?.points).toMatchObject([{ value: 1e140 }])
    const line = `{"at":${clock.now()},"name":"g","labels":{},"value":1e141}\n`
    await expect(metrics.import('ndjson', [line])).rejects.toMatchObject({ code: 'METRIC_VALUE_INVALID' })
  })
})

describe('the newest value of a gauge', () => {
  it('is the one of the latest time, not the one that came last', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    metrics.record('g', 5)
    metrics.record('g', 3, { at: clock.now() - seconds(60) })
    expect(metrics.series('g')).toMatchObject([{ lastAt: clock.now(), lastValue: 5 }])
    for (let i = 0; i < 20; i += 1) metrics.record('g', 0, { at: clock.now() - seconds(1) })
    expect(metrics.series('g')).toMatchObject([{ lastValue: 5 }])
    metrics.record('g', 6)
    expect(metrics.series('g')).toMatchObject([{ lastValue: 6 }])
  })
})

describe('a counter that goes on after a restart', () => {
  it('has grown by all that was counted since, also where its new total is above the old one', async () => {
    const clock = new ManualClock()
    const store = new MemoryMetricStore()
    const begin = clock.now()
    const run = async (by: number): Promise<MetricsAggregator> => {
      const metrics = new MetricsAggregator({ clock, store })
      metrics.define('n', { kind: 'counter' })
      await metrics.restore()
      clock.advance(seconds(5))
      metrics.record('n', by)
      clock.advance(seconds(5))
      await metrics.flush()
      return metrics
    }
    await run(3)
    const metrics = await run(50)
    const increase = { metric: 'n', since: begin, until: clock.now() + 1, aggregate: 'increase' } as const
    expect(await metrics.query(increase)).toMatchObject([{ points: [{ value: 53 }] }])
  })
})

describe('a handle', () => {
  it('is refused for what no series may be called, before its first sample', () => {
    const metrics = new MetricsAggregator({ clock: new ManualClock() })
    expect(() => metrics.bind('a b')).toThrow(expect.objectContaining({ code: 'METRIC_NAME_INVALID' }))
    const labels = { k: '\ud800' }
    expect(() => metrics.bind('a', labels)).toThrow(expect.objectContaining({ code: 'METRIC_LABELS_INVALID' }))
  })
})

describe('start', () => {
  it('refuses an interval that would never let the loop go, or never come', () => {
    const metrics = new MetricsAggregator({ clock: new ManualClock() })
    for (const options of [{ flushMs: 0 }, { flushMs: Number.NaN }, { evaluateMs: -1 }]) {
      expect(() => metrics.start(options)).toThrow(expect.objectContaining({ code: 'ANALYTICS_OPTION_INVALID' }))
    }
  })
})

describe('disposal', () => {
  it('also ends the deliveries of alerts where the store does not take the last samples', async () => {
    const store: MetricStore = {
      append: () => Promise.reject(new Error('disk full')),
      read: async function* () {},
      prune: async () => 0,
    }
    const ended = Promise.withResolvers<void>()
    const under = Promise.withResolvers<void>()
    const send = (_: unknown, signal: AbortSignal): Promise<void> => {
      signal.addEventListener('abort', () => ended.resolve())
      under.resolve()
      return new Promise(() => undefined)
    }
    const metrics = new MetricsAggregator({ clock: new ManualClock(), store, alerts: { sinks: [{ name: 's', send }] } })
    metrics.addAlertRule({ id: 'r', kind: 'upper', metric: 'm', levels: { warning: 0 } })
    metrics.record('m', 1)
    metrics.evaluateAlerts()
    await under.promise
    await expect(metrics[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'METRIC_FLUSH_FAILED' })
    await ended.promise
  })
})
