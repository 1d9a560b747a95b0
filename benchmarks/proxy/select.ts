import { ProxyScorer } from '../../packages/proxy-scoring/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { LinearScan } from './lib/linear-scan.ts'
import { seeded } from './lib/random.ts'

/** How long does it take to pick a proxy and to report its outcome? Beside a scan over cached weights, by the number of proxies. */
export async function bench(): Promise<BenchLine[]> {
  const sizes = [
    { size: 10, calls: 100_000, scans: 100_000 },
    { size: 1000, calls: 100_000, scans: 10_000 },
    { size: 100_000, calls: 50_000, scans: 60 },
  ]
  const figures = sizes.map(({ size, calls, scans }) => {
    const scorer = ours(size)
    const scan = linear(size)
    scorer(20_000)
    scan(Math.min(scans, 5000))
    const rounds = Array.from({ length: 5 }, () => [scorer(calls), scan(scans)] as const)
    return { size, ours: median(rounds.map(([a]) => a)), theirs: median(rounds.map(([, b]) => b)) }
  })
  const [small, middle, large] = figures
  if (small === undefined || middle === undefined || large === undefined) return []
  const against = (figure: typeof small, value?: number): BenchLine =>
    line({
      bench: 'proxy/select',
      metric: `select+report per second, ${figure.size} proxies${value === undefined ? ' (a scan is enough here)' : ''}`,
      unit: '1/s',
      ours: figure.ours,
      peer: 'cached linear scan',
      theirs: figure.theirs,
      ...(value === undefined ? {} : { goal: { on: 'ratio', op: '>=', value } }),
    })
  return [
    against(small),
    against(middle, 3),
    against(large, 100),
    line({
      bench: 'proxy/select',
      metric: 'throughput at 100,000 proxies',
      unit: '1/s',
      ours: large.ours,
      peer: 'ours at 1,000',
      theirs: middle.ours,
      goal: { on: 'ratio', op: '>=', value: 0.2 },
    }),
  ]
}

/** Calls per second. */
type Run = (calls: number) => number

function ours(size: number): Run {
  const random = seeded(1)
  const proxies = Array.from({ length: size }, (_, i) => ({ host: `p${i}.test`, port: 1 }))
  const scorer = new ProxyScorer({ proxies, random: seeded(2) })
  return timed(() => {
    const lease = scorer.acquireSync()
    if (random() < 0.02) lease.fail('timeout')
    else lease.succeed(100 + random() * 900)
  })
}

function linear(size: number): Run {
  const random = seeded(1)
  const scan = new LinearScan(size, seeded(2))
  return timed(() => {
    const now = Date.now()
    const item = scan.acquire(now)
    if (item !== undefined) scan.report(item, random() < 0.02 ? undefined : 100 + random() * 900, now)
  })
}

function timed(once: () => void): Run {
  return (calls) => {
    const began = performance.now()
    for (let i = 0; i < calls; i += 1) once()
    return (calls / (performance.now() - began)) * 1000
  }
}
