import { type MetricStore, MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { durations, randomOf } from '../lib/random.ts'

const CALLS = 4_000
const ROUNDS = 200
const WARM_UP = 50
const SEEDS = 5
const methods = ['GET', 'POST', 'PUT', 'DELETE']
const routes = Array.from({ length: 25 }, (_, i) => `/route/${i}`)

/**
 * What does it cost to record one sample, labelled, through a handle, and into a counter? Ours gathers samples and packs
 * them at the flush, theirs has nothing left to do: so the same is told with the flush counted in.
 */
export async function bench(): Promise<BenchLine[]> {
  const { Counter, Histogram, Registry } = await import('prom-client')
  const { MeterProvider, MetricReader } = await import('@opentelemetry/sdk-metrics')
  // Without a reader the SDK drops every measurement.
  class Reader extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const registers = [new Registry()]
  const labelNames = ['method', 'route']
  const histogram = new Histogram({ name: 'h', help: 'h', labelNames, registers })
  const counter = new Counter({ name: 'c', help: 'c', labelNames, registers })
  const meter = new MeterProvider({ readers: [new Reader()] }).getMeter('bench')
  const [otelHistogram, otelCounter] = [meter.createHistogram('h'), meter.createCounter('c')]

  // What a store does with the batches is another question.
  const store: MetricStore = { append: async () => undefined, read: async function* () {}, prune: async () => 0 }
  const metrics = new MetricsAggregator({ store, flushSamples: 1e9 })
  metrics.define('c', { kind: 'counter' })
  metrics.define('h', { kind: 'histogram' })
  const seeds = Array.from({ length: SEEDS }, (_, seed) => {
    const random = randomOf(seed)
    return { values: durations(seed, CALLS), picks: Uint8Array.from({ length: CALLS }, () => random() * 100) }
  })
  let { values, picks } = seeds[0] as (typeof seeds)[0]
  const sampleAt = (i: number): number => values[i] as number
  const labelsOf = (i: number) => {
    const pick = picks[i] as number
    return { method: methods[pick & 3] as string, route: routes[pick >> 2] as string }
  }
  const fixed = labelsOf(1)
  const bound = metrics.bind('b', fixed)
  const boundCounter = metrics.bind('c', fixed)
  const promBound = histogram.labels(fixed)
  const promCounter = counter.labels(fixed)

  const runs: Record<string, (i: number) => void> = {
    ours: (i) => void metrics.record('h', sampleAt(i), { labels: labelsOf(i) }),
    prom: (i) => histogram.observe(labelsOf(i), sampleAt(i)),
    otel: (i) => otelHistogram.record(sampleAt(i), labelsOf(i)),
    oursBound: (i) => void bound.record(sampleAt(i)),
    promBound: (i) => promBound.observe(sampleAt(i)),
    oursCounter: () => void boundCounter.record(1),
    promCounter: () => promCounter.inc(1),
    otelCounter: () => otelCounter.add(1, fixed),
  }
  const times = new Map(Object.keys(runs).map((name) => [name, [] as number[]]))
  const flushed = new Map(Object.keys(runs).map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    ;({ values, picks } = seeds[round % SEEDS] as (typeof seeds)[0])
    for (const [name, run] of Object.entries(runs)) {
      const began = performance.now()
      for (let i = 0; i < CALLS; i += 1) run(i)
      const recorded = performance.now() - began
      if (name.startsWith('ours')) await metrics.flush()
      const whole = performance.now() - began
      if (round < WARM_UP) continue
      times.get(name)?.push((recorded * 1e6) / CALLS)
      flushed.get(name)?.push((whole * 1e6) / CALLS)
    }
  }
  const ns = (name: string): number => median(times.get(name) ?? [])
  const whole = (name: string): number => median(flushed.get(name) ?? [])
  const withFlush = (metric: string, ours: string, theirs: string): BenchLine =>
    line({
      bench: 'analytics/record',
      metric: `${metric}, flush included`,
      unit: 'calls/s',
      ours: 1e9 / whole(ours),
      peer: 'prom-client 15.1',
      theirs: 1e9 / ns(theirs),
    })
  const speed = (metric: string, ours: string, theirs: string, peer: string, least?: number): BenchLine =>
    line({
      bench: 'analytics/record',
      metric,
      unit: 'calls/s',
      ours: 1e9 / ns(ours),
      peer,
      theirs: 1e9 / ns(theirs),
      ...(least === undefined ? {} : { goal: { on: 'ratio', op: '>=', value: least } }),
    })
  return [
    speed('labelled sample', 'ours', 'prom', 'prom-client 15.1', 3),
    withFlush('labelled sample', 'ours', 'prom'),
    speed('labelled sample', 'ours', 'otel', 'otel sdk-metrics 3.1'),
    speed('sample through a handle', 'oursBound', 'promBound', 'prom-client 15.1', 5),
    withFlush('sample through a handle', 'oursBound', 'promBound'),
    speed('counter through a handle', 'oursCounter', 'promCounter', 'prom-client 15.1', 1),
    speed('counter', 'oursCounter', 'otelCounter', 'otel sdk-metrics 3.1'),
  ]
}
