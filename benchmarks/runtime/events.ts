import { setTimeout as sleep } from 'node:timers/promises'
import { type BenchLine, line } from '../lib/line.ts'
import { Folder, percentile } from './lib/history.ts'

const PER_SECOND = 1000
const SECONDS = 5
const READERS = 10

/** How long from a change to its event in the hands of ten subscribers, at 1,000 changes a second? */
export async function bench(): Promise<BenchLine[]> {
  using folder = new Folder()
  await using store = await folder.open()
  await store.plugins.setDesired('warm', 'armed')
  const began = new Map<string, number>()
  const took: number[] = []
  const expected = PER_SECOND * SECONDS
  const readers = Array.from({ length: READERS }, async () => {
    let seen = 0
    for await (const event of store.feed.subscribe()) {
      if (event.type !== 'plugin.desired') continue
      const at = began.get(event.data.plugin)
      if (at === undefined) continue
      took.push(performance.now() - at)
      seen += 1
      if (seen === expected) return
    }
  })
  await store.feed.range()
  const start = performance.now()
  const writes: Promise<void>[] = []
  for (let i = 0; i < expected; ) {
    const due = ((performance.now() - start) / 1000) * PER_SECOND
    for (; i < due && i < expected; i += 1) {
      began.set(`p${i}`, performance.now())
      writes.push(store.plugins.setDesired(`p${i}`, 'armed'))
    }
    await sleep(1)
  }
  await Promise.all([...writes, ...readers])
  return [
    line({
      bench: 'runtime/events',
      metric: 'change to 10 subscribers, p99',
      unit: 'ms',
      ours: percentile(took, 0.99),
      goal: { on: 'ours', op: '<=', value: 5 },
    }),
  ]
}
