import { applyRetention } from '../../packages/runtime/src/store/index.ts'
import { type BenchLine, line } from '../lib/line.ts'
import { Folder, fill, NOW, percentile } from './lib/history.ts'

const ROWS = 1_000_000
const DAY_MS = 86_400_000

/** How long does a claim wait at most while retention deletes a million runs, and the event loop? */
export async function bench(): Promise<BenchLine[]> {
  using folder = new Folder()
  await fill(folder, ROWS)
  await using store = await folder.open()
  await claim(-1)
  let deleting = true
  const began = performance.now()
  const retention = applyRetention(store, { executionMs: 100 * DAY_MS }, NOW).finally(() => {
    deleting = false
  })
  const waits: number[] = []
  let late = 0
  let expected = performance.now() + 10
  const timer = setInterval(() => {
    late = Math.max(late, performance.now() - expected)
    expected = performance.now() + 10
  }, 10)
  for (let i = 0; deleting; i += 1) {
    const asked = performance.now()
    await claim(i)
    waits.push(performance.now() - asked)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  clearInterval(timer)
  const { execution } = await retention
  if (execution?.items !== ROWS) throw new Error(`${execution?.items} rows were deleted`)
  const seconds = (performance.now() - began) / 1000
  const bench = 'runtime/retention'
  const goal = { on: 'ours', op: '<=', value: 50 } as const
  return [
    line({ bench, metric: 'longest wait of a claim', unit: 'ms', ours: Math.max(...waits), goal }),
    line({ bench, metric: 'wait of a claim, p99', unit: 'ms', ours: percentile(waits, 0.99) }),
    line({ bench, metric: 'longest hold of the event loop', unit: 'ms', ours: late, goal }),
    line({ bench, metric: 'runs deleted', unit: '1/s', ours: ROWS / seconds }),
  ]

  function claim(i: number): Promise<boolean> {
    const id = `0199-${String(i + 1).padStart(9, '0')}`
    const attempts = [{ number: 1, startedAt: NOW }]
    return store.executions.claim({
      id,
      jobId: 'now',
      task: 'tidy',
      scheduledAt: i,
      claimedAt: NOW,
      status: 'running',
      attempts,
    })
  }
}
