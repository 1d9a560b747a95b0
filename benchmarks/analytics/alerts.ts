import { MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const RULES = 1_000
const SAMPLES = 60
const ROUNDS = 60
const WARM_UP = 30

/** How long does one evaluation of 1,000 alert rules take, when each of their series has a new sample? */
export async function bench(): Promise<BenchLine[]> {
  let now = 1.7e12
  const metrics = new MetricsAggregator({ clock: { now: () => now, wakeAt: () => () => undefined } })
  const handles = Array.from({ length: RULES }, (_, i) => {
    const metric = { name: `latency.${i}`, labels: { id: String(i) } }
    const base = { id: `r${i}`, metric, levels: { warning: 1e6 } }
    metrics.addAlertRule({ ...base, kind: 'upper', aggregate: i % 2 === 0 ? 'mean' : 'p95', windowMs: SAMPLES * 5_000 })
    return metrics.bind(metric.name, metric.labels)
  })
  const times: number[] = []
  for (let round = -SAMPLES; round < ROUNDS; round += 1) {
    now += 5_000
    for (const handle of handles) handle.record((round * 7_919) & 1_023)
    await metrics.flush()
    if (round < 0) continue
    const began = performance.now()
    metrics.evaluateAlerts()
    times.push(performance.now() - began)
  }
  return [
    line({
      bench: 'analytics/alerts',
      metric: 'evaluation of 1,000 rules, 60 samples each',
      unit: 'ms',
      ours: median(times.slice(WARM_UP)),
      goal: { on: 'ours', op: '<=', value: 5 },
    }),
    line({ bench: 'analytics/alerts', metric: 'the first evaluation', unit: 'ms', ours: times[0] ?? Number.NaN }),
  ]
}
