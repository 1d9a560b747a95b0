import { spawnSync } from 'node:child_process'
import { type BenchLine, line, median } from '../lib/line.ts'
import { Folder, fill } from './lib/history.ts'

const ROUNDS = 7
const STORE = '../../packages/runtime/src/store/index.ts'
const JOBS = 1000
/** 250,000 runs with results of 4 kB each. */
const RUNS = 250_000
const RESULT_BYTES = 4000

/** How long until the store is open and has given its jobs and what a crash cut off: with 1 GB of history, and empty? */
export async function bench(): Promise<BenchLine[]> {
  using full = new Folder()
  using empty = new Folder()
  await fill(full, RUNS, RESULT_BYTES)
  for (const folder of [full, empty]) {
    await using store = await folder.open()
    const triggers = { type: 'interval' as const, everyMs: 3_600_000 }
    const save = (_: unknown, i: number) =>
      store.executions.saveJob({ config: { id: `job-${i}`, task: 'plugin', triggers }, createdAt: i })
    if (folder === full) await Promise.all(Array.from({ length: JOBS }, save))
  }
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, folder] of [full, empty].entries()) times[index]?.push(start(folder))
  }
  return [
    line({
      bench: 'runtime/start',
      metric: 'process to open store, 1,000 jobs, 1 GB',
      unit: 'ms',
      ours: median(times[0]),
      peer: 'empty',
      theirs: median(times[1]),
      goal: { on: 'ratio', op: '<=', value: 1.5 },
    }),
  ]
}

/** In a process of its own, as a start is: nothing is loaded yet. */
function start(folder: Folder): number {
  const script = `
    const { Store } = await import(${JSON.stringify(import.meta.resolve(STORE))})
    const store = await Store.open({ file: process.argv[1], now: Date.now })
    await store.executions.listJobs()
    await store.executions.unfinished()
    await store.close()
  `
  const began = performance.now()
  const args = [
    ...process.execArgv.filter((arg) => arg.startsWith('--conditions')),
    '--input-type=module',
    '--eval',
    script,
  ]
  const { status, stderr } = spawnSync(process.execPath, [...args, folder.database], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - began
}
