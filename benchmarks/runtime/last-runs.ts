import { type BenchLine, line, median } from '../lib/line.ts'
import { Folder, fill } from './lib/history.ts'

const ROUNDS = 51
const FEW = 10_000
const MANY = 1_000_000

/** The last 100 runs: does it matter how many there are? */
export async function bench(): Promise<BenchLine[]> {
  using small = new Folder()
  using large = new Folder()
  await fill(small, FEW)
  await fill(large, MANY)
  await using few = await small.open()
  await using many = await large.open()
  const queries = {
    'last 100 runs': { limit: 100 },
    'last 100 of a plugin': { limit: 100, plugin: 'plugin-3' },
    'last 100 that failed': { limit: 100, status: 'failed' as const },
  }
  const lines: BenchLine[] = []
  for (const [metric, query] of Object.entries(queries)) {
    const times: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, store] of [many, few].entries()) {
        const began = performance.now()
        const { length } = await store.runs.list(query)
        if (length !== 100) throw new Error(`${metric}: ${length} runs instead of 100`)
        times[index]?.push(performance.now() - began)
      }
    }
    lines.push(
      line({
        bench: 'runtime/last-runs',
        metric: `${metric}, out of 1,000,000`,
        unit: 'ms',
        ours: median(times[0]),
        peer: 'out of 10,000',
        theirs: median(times[1]),
        goal: { on: 'ratio', op: '<=', value: 2 },
      }),
    )
  }
  return lines
}
