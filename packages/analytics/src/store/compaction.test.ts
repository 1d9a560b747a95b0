import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Aggregate, type MetricBlock, MetricsAggregator, type QueryResult } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { MemoryMetricStore } from './memory-store.ts'
import { encodeRawBlock } from './raw-block.ts'

const minute = 60_000
const hour = 60 * minute
const BEGIN = Date.UTC(2026, 0, 1)
const DAYS = 2

/** What happens in a while: some samples, each with how late it is, and perhaps a flush. */
interface While {
  readonly ms: number
  readonly samples: readonly { readonly series: number; readonly value: number; readonly lateMs: number }[]
  readonly flush: boolean
}

const whiles = (lateMs: number): fc.Arbitrary<readonly While[]> =>
  fc.array(
    fc.record({
      ms: fc.oneof(fc.integer({ min: 1, max: 5 * minute }), fc.integer({ min: 1, max: hour })),
      samples: fc.array(
        fc.record({
          series: fc.integer({ min: 0, max: 2 }),
          value: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
          lateMs: fc.integer({ min: 0, max: lateMs }),
        }),
        { maxLength: 6 },
      ),
      flush: fc.boolean(),
    }),
    { minLength: 20, maxLength: 80 },
  )

function aggregator(store: MemoryMetricStore, clock: ManualClock): MetricsAggregator {
  const metrics = new MetricsAggregator({ store, clock, retention: { rawMs: 40 * 24 * hour } })
  metrics.define('counter', { kind: 'counter' })
  return metrics
}

/** Lets it all happen; a counter knows no late samples. */
async function live(history: readonly While[]) {
  const clock = new ManualClock(BEGIN)
  const store = new MemoryMetricStore()
  const metrics = aggregator(store, clock)
  for (const { ms, samples, flush } of history) {
    clock.advance(ms)
    for (const { series, value, lateMs } of samples) {
      if (series === 2) metrics.record('counter', value)
      else metrics.record('gauge', value, { labels: { plugin: `p${series}` }, at: clock.now() - lateMs })
    }
    if (flush) await metrics.flush()
  }
  clock.advance(10 * 24 * hour)
  await metrics.flush()
  return { clock, store, metrics }
}

const AGGREGATES: readonly Aggregate[] = ['count', 'sum', 'mean', 'min', 'max', 'stddev', 'first', 'last', 'p50', 'p99']

/** Everything that can be asked, of every tier. */
async function answers(metrics: MetricsAggregator): Promise<readonly QueryResult[]> {
  const range = { since: BEGIN + 7 * minute, until: BEGIN + DAYS * 24 * hour + 3 * minute }
  const found: QueryResult[] = []
  for (const resolution of ['raw', '1m', '1h'] as const) {
    for (const step of [{}, { stepMs: 17 * minute }]) {
      for (const aggregate of AGGREGATES) {
        const asked = { ...range, ...step, resolution, aggregate }
        found.push(...(await metrics.query({ ...asked, metric: 'gauge', groupBy: ['plugin'] })))
      }
      for (const aggregate of ['rate', 'increase', 'sum'] as const) {
        found.push(...(await metrics.query({ ...range, ...step, resolution, aggregate, metric: 'counter' })))
      }
    }
  }
  return found
}

/** Up to rounding: sums of the same numbers in another order. */
function expectSame(found: readonly QueryResult[], wanted: readonly QueryResult[]): void {
  const shape = (results: readonly QueryResult[]) =>
    results.map(({ labels, tier, points }) => ({ labels, tier, points: points.map(({ at, count }) => [at, count]) }))
  expect(shape(found)).toEqual(shape(wanted))
  const values = (results: readonly QueryResult[]) => results.flatMap(({ points }) => points.map(({ value }) => value))
  const before = values(wanted)
  for (const [i, value] of values(found).entries()) {
    const was = before[i] as number
    // A deviation of a million's rounding is no more than a thousandth.
    if (Math.abs(value - was) > 1e-9 * Math.abs(was) + 1e-3) expect(value).toBe(was)
  }
}

async function exported(metrics: MetricsAggregator): Promise<readonly string[]> {
  let text = ''
  for await (const piece of metrics.exportCsv()) text += piece
  return text.split('\r\n').toSorted()
}

describe('compaction', () => {
  it('answers, exports and restores as before, whatever was recorded, late, and flushed when', async () => {
    await fc.assert(
      fc.asyncProperty(whiles(2 * minute), async (history) => {
        const { clock, store, metrics } = await live(history)
        const [before, samples] = [await answers(metrics), await exported(metrics)]
        const bytes = store.bytes
        const gone = await metrics.compact()
        expect(gone > 0).toBe(store.bytes < bytes)
        expectSame(await answers(metrics), before)
        expect(await exported(metrics)).toEqual(samples)
        const next = aggregator(store, clock)
        await next.restore(12 * 24 * hour)
        expectSame(await answers(next), before)
        expect(await next.compact()).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('goes on where a restart cut a stretch off, as if there had been none', async () => {
    const clock = new ManualClock(BEGIN)
    const store = new MemoryMetricStore()
    const whole = aggregator(new MemoryMetricStore(), clock)
    let metrics = aggregator(store, clock)
    for (let i = 0; i < 12 * 60; i += 1) {
      clock.advance(minute)
      for (const each of [metrics, whole]) each.record('gauge', i % 7, { labels: { plugin: 'p' } })
      await Promise.all([metrics.flush(), whole.flush()])
      if (i % 97 !== 0) continue
      await metrics.compact()
      metrics = aggregator(store, clock)
      await metrics.restore()
    }
    await metrics.compact()
    expectSame(await answers(metrics), await answers(whole))
  })

  it('leaves a row for each stretch of time that is over', async () => {
    const clock = new ManualClock(BEGIN)
    const store = new MemoryMetricStore()
    const metrics = aggregator(store, clock)
    for (let i = 0; i < 24 * 60; i += 1) {
      clock.advance(minute)
      metrics.record('gauge', i)
      await metrics.flush()
    }
    clock.advance(hour)
    await metrics.flush()
    await metrics.compact()
    const counts = async (tier: MetricBlock['tier']) => {
      const found: number[] = []
      for await (const page of store.read({ tier })) found.push(...page.map(({ count }) => count))
      return found
    }
    expect(await counts('raw')).toEqual([59, ...Array.from({ length: 23 }, () => 60), 1])
    expect(await counts('1m')).toEqual([359, 360, 360, 358, 3])
    expect(await counts('1h')).toHaveLength(24)
  })

  it('does not join what is large, nor over it what lies on both sides', async () => {
    const clock = new ManualClock(BEGIN + hour + 10 * minute)
    const store = new MemoryMetricStore()
    const samples = (from: number, count: number) => {
      const times = Float64Array.from({ length: count }, (_, i) => BEGIN + from + i)
      return encodeRawBlock('gauge', {}, times, times)
    }
    await store.append([samples(0, 10), samples(100, 9_000), samples(20_000, 10), samples(20_100, 10)])
    expect(await aggregator(store, clock).compact()).toBe(1)
    const found: number[] = []
    for await (const page of store.read({ tier: 'raw' })) found.push(...page.map(({ count }) => count))
    expect(found).toEqual([10, 9_000, 20])
  })

  it('passes by what is damaged, and says so once the rest is done', async () => {
    const clock = new ManualClock(BEGIN + 4 * hour)
    const store = new MemoryMetricStore()
    const block = (name: string, at: number): MetricBlock =>
      encodeRawBlock(name, {}, Float64Array.of(BEGIN + at), Float64Array.of(1))
    const broken = { ...block('broken', 1), data: Uint8Array.of(1, 2, 3) }
    await store.append([broken, block('broken', 2), block('whole', 1), block('whole', 2)])
    await store.append([block('whole', hour), block('whole', hour + 1)])
    const metrics = aggregator(store, clock)
    await expect(metrics.compact()).rejects.toMatchObject({ code: 'METRIC_BLOCK_CORRUPT' })
    const found: string[] = []
    for await (const page of store.read({ tier: 'raw' }))
      found.push(...page.map(({ name, count }) => `${name} ${count}`))
    expect(found).toEqual(['broken 1', 'broken 1', 'whole 2', 'whole 2'])
    expect(await metrics.compact()).toBe(0)
  })
})
