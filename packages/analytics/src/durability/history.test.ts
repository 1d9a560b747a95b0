import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryMetricStore, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

type Act =
  | { readonly type: 'record'; readonly values: readonly number[]; readonly late: number }
  | { readonly type: 'count'; readonly by: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'flush' }
  | { readonly type: 'crash' }
  | { readonly type: 'restart' }

const value = fc.integer({ min: -1_000, max: 1_000 })
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('record' as const),
      values: fc.array(value, { maxLength: 20 }),
      late: fc.integer({ min: 0, max: 120_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('count' as const), by: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.constantFrom(500, 7_000, 61_000, 400_000, 3_000_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ type: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
)

/** Plays a history, with crashes, and checks that what was flushed is there, in every tier. */
async function play(acts: readonly Act[]): Promise<void> {
  const clock = new ManualClock()
  const store = new MemoryMetricStore()
  const begin = clock.now() - 120_000
  const open = () => {
    const metrics = new MetricsAggregator({ clock, store, limits: { samplesPerSeries: 16 }, flushSamples: 1e9 })
    metrics.define('n', { kind: 'counter' })
    return metrics
  }
  let metrics = open()
  let flushed: number[] = []
  let buffered: number[] = []
  for (const next of acts) {
    switch (next.type) {
      case 'record':
        for (const each of next.values) {
          if (metrics.record('t', each, { at: clock.now() - next.late })) buffered.push(each)
        }
        break
      case 'count':
        metrics.record('n', next.by)
        break
      case 'advance':
        clock.advance(next.ms)
        break
      case 'crash':
        buffered = []
        metrics = open()
        await metrics.restore()
        break
      default:
        if (next.type === 'flush') await metrics.flush()
        else {
          await metrics[Symbol.asyncDispose]()
          metrics = open()
          await metrics.restore()
        }
        flushed = flushed.concat(buffered)
        buffered = []
    }
  }
  flushed = flushed.concat(buffered)
  const ask = async (
    metric: string,
    aggregate: 'count' | 'sum' | 'min' | 'max' | 'increase',
    resolution: 'raw' | '1m' | '1h',
  ) =>
    (await metrics.query({ metric, since: begin, until: clock.now() + 1, aggregate, resolution }))[0]?.points[0]?.value
  for (const resolution of ['raw', '1m', '1h'] as const) {
    const found = [await ask('t', 'count', resolution), await ask('t', 'sum', resolution)]
    const sum = flushed.reduce((a, b) => a + b, 0)
    expect(found).toEqual(flushed.length === 0 ? [undefined, undefined] : [flushed.length, sum])
    expect(await ask('t', 'max', resolution)).toBe(flushed.length === 0 ? undefined : Math.max(...flushed))
    expect(await ask('n', 'increase', resolution)).toBe(await ask('n', 'increase', 'raw'))
  }
}

describe('what a flush acknowledged', () => {
  it('is there after crashes and restarts, once, and the same in every tier', async () => {
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 40 }), play), { numRuns: 200 })
  })
})
