import { MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const RULES = 1_000
const ROUNDS = 15

/** How long does one evaluation of 1,000 alert rules take? */
export async function bench(): Promise<BenchLine[]> {
  let now = 1.7e12
  const metrics = new MetricsAggregator({ clock: { now: () => now, wakeAt: () => () => undefined } })
  for (let i = 0; i < RULES; i += 1) {
    const metric = { name: 'latency', labels: { id: String(i) } }
    const base = { id: `r${i}`, metric: `latency.${i}`, levels: { warning: 1e6 } }
    metrics.addAlertRule({ ...base, kind: 'upper', aggregate: i % 2 === 0 ? 'mean' : 'p95' })
    for (let k = 0; k < 60; k += 1) metrics.record(`latency.${i}`, k, { labels: metric.labels })
  }
  await metrics.flush()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    now += 1_000
    const began = performance.now()
    metrics.evaluateAlerts()
    times.push(performance.now() - began)
  }
  return [
    line({
      bench: 'analytics/alerts',
      metric: 'evaluation of 1,000 rules, 60 samples each',
      unit: 'ms',
      ours: median(times.slice(5)),
      goal: { on: 'ours', op: '<=', value: 5 },
    }),
  ]
}
