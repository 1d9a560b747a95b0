import { type MetricStore, MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const CALLS = 4_000
const ROUNDS = 200
const WARM_UP = 50
const methods = ['GET', 'POST', 'PUT', 'DELETE']
const routes = Array.from({ length: 25 }, (_, i) => `/route/${i}`)

/** What does it cost to record one sample, labelled, through a handle, and into a counter? */
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
  const labelsOf = (i: number) => ({ method: methods[i & 3] as string, route: routes[i % 25] as string })
  const fixed = labelsOf(1)
  const bound = metrics.bind('b', fixed)
  const boundCounter = metrics.bind('c', fixed)
  const promBound = histogram.labels(fixed)
  const promCounter = counter.labels(fixed)

  const runs: Record<string, (i: number) => void> = {
    ours: (i) => void metrics.record('h', i % 1_000, { labels: labelsOf(i) }),
    prom: (i) => histogram.observe(labelsOf(i), i % 1_000),
    otel: (i) => otelHistogram.record(i % 1_000, labelsOf(i)),
    oursBound: (i) => void bound.record(i % 1_000),
    promBound: (i) => promBound.observe(i % 1_000),
    oursCounter: () => void boundCounter.record(1),
    promCounter: () => promCounter.inc(1),
    otelCounter: () => otelCounter.add(1, fixed),
  }
  const times = new Map(Object.keys(runs).map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const began = performance.now()
      for (let i = 0; i < CALLS; i += 1) run(i)
      const ns = ((performance.now() - began) * 1e6) / CALLS
      if (round >= WARM_UP) times.get(name)?.push(ns)
      await metrics.flush()
    }
  }
  const ns = (name: string): number => median(times.get(name) ?? [])
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
    speed('labelled sample', 'ours', 'otel', 'otel sdk-metrics 3.1'),
    speed('sample through a handle', 'oursBound', 'promBound', 'prom-client 15.1', 5),
    speed('counter through a handle', 'oursCounter', 'promCounter', 'prom-client 15.1', 1),
    speed('counter', 'oursCounter', 'otelCounter', 'otel sdk-metrics 3.1'),
  ]
}
