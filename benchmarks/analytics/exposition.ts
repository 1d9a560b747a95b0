import { MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const SERIES = 10_000
const ROUNDS = 5

/** For how long does a scrape of 10,000 histogram series hold up the event loop? */
export async function bench(): Promise<BenchLine[]> {
  const { Histogram, Registry } = await import('prom-client')
  const register = new Registry()
  const buckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000]
  const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['id'], buckets, registers: [register] })
  const metrics = new MetricsAggregator({ limits: { series: SERIES + 1 } })
  metrics.define('h', { kind: 'histogram', help: 'h', buckets })
  for (let i = 0; i < SERIES; i += 1) {
    const labels = { id: String(i) }
    for (const value of [3, 30, 300]) {
      histogram.observe(labels, value)
      metrics.record('h', value, { labels })
    }
  }
  await metrics.flush()
  const read = async (): Promise<number> => {
    let bytes = 0
    for await (const piece of metrics.exposition()) bytes += piece.length
    return bytes
  }
  const ours: { block: number; whole: number }[] = []
  const theirs: { block: number; whole: number }[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [a, b] = [await watched(read), await watched(async () => (await register.metrics()).length)]
    if (round === 0) continue
    ours.push(a)
    theirs.push(b)
  }
  const figure = (metric: string, of: 'block' | 'whole', most?: number): BenchLine =>
    line({
      bench: 'analytics/exposition',
      metric,
      unit: 'ms',
      ours: median(ours.map((time) => time[of])),
      peer: 'prom-client 15.1',
      theirs: median(theirs.map((time) => time[of])),
      ...(most === undefined ? {} : { goal: { on: 'ratio', op: '<=', value: most } }),
    })
  return [figure('longest block of the loop', 'block', 1 / 3), figure('whole scrape', 'whole')]
}

/** The longest time between two turns of the event loop while the work runs, and the whole time. */
async function watched(work: () => Promise<number>): Promise<{ block: number; whole: number }> {
  let last = performance.now()
  let block = 0
  let going = true
  const turn = (): void => {
    const now = performance.now()
    block = Math.max(block, now - last)
    last = now
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await new Promise((resolve) => setImmediate(resolve))
  const began = performance.now()
  block = 0
  last = began
  await work()
  const whole = performance.now() - began
  await new Promise((resolve) => setImmediate(resolve))
  going = false
  return { block, whole }
}
