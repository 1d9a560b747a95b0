import { writeSync } from 'node:fs'
import { MetricsAggregator } from '../aggregator.ts'
import { readSamples } from '../export/samples.ts'
import { TestSqliteStore } from './sqlite-store.ts'

/** Milliseconds between two samples: a minute is over every 600 of them. */
export const stepMs = 100
export const begin = 1_767_225_600_000

/**
 * Records whole numbers, each once, from the first that the store lacks up to `last`, says on its standard output up to
 * which one each flush went, and goes on when it reads something. Its clock goes by the numbers. What is there up to
 * `acknowledged` is taken for granted.
 */
export async function recordUpTo(file: string, last: number, acknowledged: number): Promise<void> {
  await using store = new TestSqliteStore(file)
  let next = 0
  const since = begin + acknowledged * stepMs
  for await (const samples of readSamples(store, { since }))
    for (const { value } of samples) next = Math.max(next, value + 1)
  const clock = { now: () => begin + next * stepMs, wakeAt: () => () => undefined }
  const metrics = new MetricsAggregator({ clock, store, flushSamples: 1e9, limits: { samplesPerSeries: 512 } })
  await metrics.restore()
  const signals = process.stdin[Symbol.asyncIterator]()
  const batches = [1, 700, 35, 5_000, 250]
  // Not each process begins with the same batch, or short lives would get nowhere.
  for (let round = next; next <= last; round += 1) {
    for (let left = batches[round % batches.length] as number; left > 0 && next <= last; left -= 1) {
      metrics.record('n', next)
      next += 1
    }
    await metrics.flush()
    writeSync(1, `${next - 1}\n`)
    if ((await signals.next()).done === true) return
  }
}

const [file, last, acknowledged] = process.argv.slice(2)
if (import.meta.main && file !== undefined) {
  await recordUpTo(file, Number(last), Number(acknowledged))
  process.stdin.destroy()
}
