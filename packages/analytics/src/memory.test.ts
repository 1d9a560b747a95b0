import { describe, expect, it } from 'vitest'
import { type MetricStore, MetricsAggregator, type SeriesLimitSignal } from './index.ts'
import { ManualClock } from './testing/index.ts'

const forgetful: MetricStore = { append: async () => undefined, read: async function* () {}, prune: async () => 0 }

describe('memory', () => {
  it('holds no more samples than the limit, whatever comes in', async () => {
    const limits = { series: 500, samples: 20_000, samplesPerSeries: 1_024 }
    const clock = new ManualClock()
    const signals: SeriesLimitSignal[] = []
    const metrics = new MetricsAggregator({
      clock,
      limits,
      store: forgetful,
      onSignal: (signal) => signals.push(signal),
    })
    for (let i = 0; i < 200_000; i += 1) {
      clock.advance(1)
      metrics.record('m', i, { labels: { id: String(i % 5_000) } })
      if (i % 10_000 === 0) await metrics.flush()
    }
    const { series, samplesReserved, overflowed } = metrics.stats()
    expect(series).toBe(501)
    expect(samplesReserved).toBeLessThanOrEqual(20_000 + 8 * 501)
    expect(overflowed).toBe(180_000)
    expect(signals).toHaveLength(1)
  })

  it('drops and counts the oldest samples where a store fails for long', async () => {
    const failing: MetricStore = { ...forgetful, append: () => Promise.reject(new Error('full')) }
    const limits = { backlogBytes: 10_000, samplesPerSeries: 64 }
    const metrics = new MetricsAggregator({ clock: new ManualClock(), limits, store: failing, flushSamples: 1e9 })
    for (let i = 0; i < 5_000; i += 1) metrics.record('m', i)
    await expect(metrics.flush()).rejects.toMatchObject({ code: 'METRIC_FLUSH_FAILED' })
    const { pending, dropped } = metrics.stats()
    expect(pending).toBeLessThanOrEqual(2_000)
    expect(pending).toBeGreaterThan(500)
    expect(pending + dropped.backlog).toBe(5_000)
  })

  it('forgets series that have gone quiet, and a handle finds its series again', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock, staleMs: 600_000 })
    const handle = metrics.bind('m', { id: 'a' })
    handle.record(1)
    metrics.record('other', 1)
    for (let i = 0; i < 90; i += 1) {
      clock.advance(60_000)
      metrics.record('other', i)
      await metrics.flush()
    }
    expect(metrics.series().map(({ name }) => name)).toEqual(['other'])
    handle.record(2)
    expect(metrics.series('m')).toMatchObject([{ labels: { id: 'a' }, lastValue: 2 }])
    const since = clock.now() - 5_400_000
    const [found] = await metrics.query({ metric: 'm', since, until: clock.now() + 1, aggregate: 'count' })
    expect(found?.points).toMatchObject([{ value: 2 }])
  })

  it('survives a clock that is set back: what comes then is recorded and found', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    const begin = clock.now()
    for (let i = 0; i < 10; i += 1) {
      metrics.record('m', 1)
      clock.advance(60_000)
      await metrics.flush()
    }
    clock.jumpTo(begin + 60_000)
    for (let i = 0; i < 20; i += 1) {
      metrics.record('m', 1)
      clock.advance(60_000)
      await metrics.flush()
    }
    for (const resolution of ['raw', '1m'] as const) {
      const query = { metric: 'm', since: begin, until: clock.now(), aggregate: 'count', resolution } as const
      expect((await metrics.query(query))[0]?.points[0]?.value).toBe(30)
    }
    expect(metrics.window('m', 60_000).count).toBe(0)
    expect(metrics.window('m', 60_001).count).toBe(1)
  })
})
