import { describe, expect, it } from 'vitest'
import { type Aggregate, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const minute = 60_000

/** Three hours of two hosts, a sample every 10 s, and a counter. */
async function threeHours() {
  const clock = new ManualClock()
  const metrics = new MetricsAggregator({ clock, limits: { samplesPerSeries: 256 } })
  metrics.define('n', { kind: 'counter' })
  const begin = clock.now()
  for (let i = 0; i < 1_080; i += 1) {
    for (const host of ['a', 'b']) {
      metrics.record('t', (i * 7919) % 1_000, { labels: { host, zone: 'z' } })
    }
    metrics.record('n', 2)
    await metrics.flush()
    clock.advance(10_000)
  }
  return { clock, metrics, begin, until: clock.now() }
}

describe('query', () => {
  it('gives the same from every tier: counts and moments exactly, quantiles within 1 %', async () => {
    const { metrics, begin, until } = await threeHours()
    const ask = async (aggregate: Aggregate, resolution: 'raw' | '1m' | '1h') => {
      const [found] = await metrics.query({ metric: 't', since: begin, until, aggregate, resolution })
      expect(found?.tier).toBe(resolution)
      return found?.points[0]?.value ?? Number.NaN
    }
    for (const aggregate of ['count', 'sum', 'mean', 'min', 'max', 'stddev', 'first', 'last'] as const) {
      const raw = await ask(aggregate, 'raw')
      for (const tier of ['1m', '1h'] as const) expect(await ask(aggregate, tier)).toBeCloseTo(raw, 6)
    }
    for (const aggregate of ['p50', 'p95', { quantile: 0.1 }] as const) {
      const raw = await ask(aggregate, 'raw')
      for (const tier of ['1m', '1h'] as const) {
        expect(Math.abs((await ask(aggregate, tier)) - raw)).toBeLessThanOrEqual(0.01 * raw + 1e-9)
      }
    }
  })

  it('takes raw samples for short ranges, minutes for long ones, by itself', async () => {
    const { metrics, begin, until } = await threeHours()
    const tierOf = async (since: number, stepMs: number) =>
      (await metrics.query({ metric: 't', since, until, stepMs }))[0]?.tier
    expect(await tierOf(until - 60 * minute, minute)).toBe('raw')
    expect(await tierOf(begin, minute)).toBe('1m')
    expect(await tierOf(begin, 1_000)).toBe('raw')
  })

  it('cuts into steps and groups by labels', async () => {
    const { metrics, begin } = await threeHours()
    const query = { metric: 't', since: begin, until: begin + 3 * minute, stepMs: minute, aggregate: 'count' } as const
    const points = [0, 1, 2].map((i) => ({ at: begin + i * minute, value: 6, count: 6 }))
    expect(await metrics.query({ ...query, groupBy: ['host'] })).toEqual([
      { labels: { host: 'a' }, points, tier: 'raw' },
      { labels: { host: 'b' }, points, tier: 'raw' },
    ])
    expect(await metrics.query({ ...query, metric: { name: 't', labels: { host: 'b' } } })).toEqual([
      { labels: {}, points, tier: 'raw' },
    ])
    expect(await metrics.query({ ...query, metric: 'nobody' })).toEqual([])
  })

  it('counts growth in every step, the first one included, from every tier', async () => {
    const { metrics, begin, until } = await threeHours()
    for (const resolution of ['raw', '1m', '1h'] as const) {
      const query = { metric: 'n', since: begin, until, aggregate: 'increase', resolution } as const
      expect((await metrics.query(query))[0]?.points).toMatchObject([{ value: 2_160 }])
    }
    const steps = await metrics.query({
      metric: 'n',
      since: begin + 10 * minute,
      until: begin + 13 * minute,
      stepMs: minute,
      aggregate: 'rate',
    })
    expect(steps[0]?.points.map(({ value }) => value)).toEqual([0.2, 0.2, 0.2])
  })

  it('sees a restart of a counter, and the first increment after a long silence', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    metrics.define('n', { kind: 'counter' })
    const begin = clock.now()
    metrics.record('n', 100)
    clock.advance(30 * minute)
    metrics.record('n', 5)
    const since = clock.now() - minute
    clock.advance(1_000)
    const until = clock.now()
    expect((await metrics.query({ metric: 'n', since, until, aggregate: 'increase' }))[0]?.points[0]?.value).toBe(5)
    expect(
      (await metrics.query({ metric: 'n', since: begin, until, aggregate: 'increase' }))[0]?.points[0]?.value,
    ).toBe(105)
  })

  it('answers from rollups what raw retention has dropped', async () => {
    const { clock, metrics, begin, until } = await threeHours()
    clock.advance(25 * 60 * minute)
    await metrics.flush()
    await metrics.prune()
    const [found] = await metrics.query({ metric: 't', since: begin, until, aggregate: 'count', resolution: 'raw' })
    expect(found).toMatchObject({ tier: '1m', points: [{ value: 2_160 }] })
  })

  it('refuses what cannot be answered', async () => {
    const metrics = new MetricsAggregator()
    const query = { metric: 't', since: 0, until: 1_000 }
    for (const bad of [
      { until: 0 },
      { since: Number.NaN },
      { stepMs: 0 },
      { stepMs: 0.01 },
      { stepMs: Number.POSITIVE_INFINITY },
      { resolution: '5m' },
      { aggregate: 'p999' },
      { aggregate: { quantile: 2 } },
    ]) {
      await expect(metrics.query({ ...query, ...bad } as never)).rejects.toMatchObject({ code: 'METRIC_QUERY_INVALID' })
    }
  })

  it('gives the rate of what of a step lies in the range, and of what has happened yet', async () => {
    const { metrics, begin, until } = await threeHours()
    const rates = async (query: { since: number; until: number; stepMs?: number; resolution?: 'raw' | '1m' }) => {
      const [found] = await metrics.query({ metric: 'n', aggregate: 'rate', ...query })
      return found?.points.map(({ value }) => value) ?? []
    }
    // 2 in each 10 s, so 0.2 a second, wherever the range is cut.
    for (const resolution of ['raw', '1m'] as const) {
      for (const [from, to] of [
        [20, 170],
        [30, 610],
        [70, 720],
      ] as const) {
        const range = { since: begin + from * 1_000, until: begin + to * 1_000, resolution }
        for (const rate of await rates({ ...range, stepMs: minute })) expect(rate).toBeCloseTo(0.2, 9)
        for (const rate of await rates(range)) expect(rate).toBeCloseTo(0.2, 9)
      }
    }
    const running = await rates({ since: until - minute, until: until + 60 * minute })
    expect(running[0]).toBeCloseTo(0.2, 1)
  })

  it('counts a minute that the range cuts whole where nothing finer is left, growth and rate alike', async () => {
    const { metrics, begin, clock } = await threeHours()
    clock.advance(24 * 60 * minute)
    const range = { metric: 'n', since: begin + 90_000, until: begin + 210_000 }
    const [grown] = await metrics.query({ ...range, aggregate: 'increase' })
    expect(grown).toMatchObject({ tier: '1m', points: [{ value: 36, count: 18 }] })
    const [rate] = await metrics.query({ ...range, aggregate: 'rate' })
    expect(rate?.points[0]?.value).toBeCloseTo(0.2, 9)
  })
})
