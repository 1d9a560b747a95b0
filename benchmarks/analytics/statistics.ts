import { type Aggregate, MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { durations } from '../lib/random.ts'

const POINTS = 1_000_000
const ROUNDS = 3
const SEEDS = 3
const minute = 60_000

/** How long does a question about a million points take? */
export async function bench(): Promise<BenchLine[]> {
  const times = new Map<string, number[]>()
  for (let seed = 0; seed < SEEDS; seed += 1) await measure(seed, times)
  return figures(times)
}

async function measure(seed: number, times: Map<string, number[]>): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const values = durations(seed, POINTS)
  // Fourteen hours, all of them in minutes that are over.
  const begin = Math.floor(1.7e12 / minute) * minute
  let now = begin
  const metrics = new MetricsAggregator({
    clock: { now: () => now, wakeAt: () => () => undefined },
    limits: { samplesPerSeries: 2 ** 20, samples: 2 ** 21 },
    flushSamples: 1e9,
  })
  for (const [i, value] of values.entries()) {
    now += 50
    metrics.record('t', value)
    if (i % 10_000 === 0) await metrics.flush()
  }
  const until = now
  await metrics.flush()
  now += 10 * minute
  await metrics.flush()

  const duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  await duck.run('CREATE TABLE t (v DOUBLE)')
  const appender = await duck.createAppender('t')
  for (const value of values) {
    appender.appendDouble(value)
    appender.endRow()
  }
  appender.closeSync()
  const ask = (columns: string) => async () => void (await duck.runAndReadAll(`SELECT ${columns} FROM t`))
  const query = (aggregate: Aggregate, resolution: 'raw' | '1m') => async () =>
    void (await metrics.query({ metric: 't', since: begin, until: until + 1, aggregate, resolution }))
  const moments = 'count(v), sum(v), avg(v), min(v), max(v), stddev_pop(v)'
  const runs: Record<string, () => unknown> = {
    window: () => metrics.window('t', until - begin + 1, until),
    duckWindow: ask(`${moments}, quantile_cont(v, [0.5, 0.95, 0.99])`),
    p95: query('p95', 'raw'),
    duckP95: ask('quantile_cont(v, 0.95)'),
    stddev: query('stddev', 'raw'),
    duckMoments: ask(moments),
    rollupP95: query('p95', '1m'),
    rollupStddev: query('stddev', '1m'),
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const began = performance.now()
      await run()
      if (round > 0) times.set(name, [...(times.get(name) ?? []), performance.now() - began])
    }
  }
  duck.closeSync()
}

function figures(times: ReadonlyMap<string, readonly number[]>): BenchLine[] {
  const ms = (name: string): number => median(times.get(name) ?? [])
  const figure = (metric: string, ours: string, theirs: string, most: number): BenchLine =>
    line({
      bench: 'analytics/statistics',
      metric,
      unit: 'ms',
      ours: ms(ours),
      peer: 'DuckDB 1.5, one thread',
      theirs: ms(theirs),
      goal: { on: 'ratio', op: '<=', value: most },
    })
  return [
    figure('window of 1,000,000, all statistics', 'window', 'duckWindow', 2),
    figure('exact p95 of 1,000,000', 'p95', 'duckP95', 1),
    figure('stddev of 1,000,000', 'stddev', 'duckMoments', 2),
    figure('p95 from rollups', 'rollupP95', 'duckP95', 0.25),
    figure('stddev from rollups', 'rollupStddev', 'duckMoments', 0.25),
  ]
}
