import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ProxyScorer } from '../../packages/proxy-scoring/src/index.ts'
import { type BenchLine, line } from '../lib/line.ts'
import { seeded } from './lib/random.ts'

const SIZE = 50_000

/** How much memory does a proxy cost, when it was just added and when it was used ten times? */
export async function bench(): Promise<BenchLine[]> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const scorer = new ProxyScorer({ random: seeded(1), sharpness: 0 })
  for (let i = 0; i < SIZE; i += 1)
    scorer.add({ host: `p${i}.test`, port: 1, username: `user${i}`, password: 'secret' })
  const added = used()
  for (let i = 0; i < SIZE * 10; i += 1) scorer.acquireSync().succeed(100 + (i % 900))
  const worked = used()
  return [
    line({ bench: 'proxy/memory', metric: 'per proxy, just added', unit: 'B', ours: (added - before) / SIZE }),
    line({
      bench: 'proxy/memory',
      metric: 'per proxy, used ten times',
      unit: 'B',
      ours: (worked - before) / scorer.size,
    }),
  ]
}
