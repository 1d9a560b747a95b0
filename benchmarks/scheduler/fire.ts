import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import {
  type ExecutionStore,
  MemoryExecutionStore,
  PluginScheduler,
  type ScheduleConfig,
} from '../../packages/scheduler/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { Folder } from '../runtime/lib/history.ts'
import { BareHeap } from './bare-heap.ts'

/**
 * How late do firings start that are all due at the same instant? Beside a bare heap with a record and an
 * AbortController each; and once more with a history in SQLite, where every claim is on the disk before its task starts.
 */
export async function bench(): Promise<BenchLine[]> {
  return [...(await compare(10_000, 5, 1.5)), ...(await compare(100_000, 3, 2)), ...(await withHistory(10_000, 3))]
}

/** For a store to be opened and its jobs to be read, on a busy machine too. */
const LOADING_MS = 20_000

async function withHistory(count: number, rounds: number): Promise<BenchLine[]> {
  const bursts: Burst[] = []
  for (let round = 0; round < rounds; round++) {
    using folder = new Folder()
    await (await folder.open()).close()
    const due = Date.now() + LOADING_MS
    fillJobs(folder, count, due)
    await using store = await folder.open()
    bursts.push(await ours(count, due, store.executions))
  }
  const name = `${count.toLocaleString('en')} due at once, history in SQLite`
  const common = { bench: 'scheduler/fire', unit: 'ms' } as const
  return [
    line({
      ...common,
      metric: `p99 lateness, ${name}`,
      ours: median(bursts.map((burst) => quantile(burst.lateness, 0.99))),
    }),
    line({
      ...common,
      metric: `longest stall of the event loop, ${name}`,
      ours: median(bursts.map((burst) => burst.longestStallMs)),
      goal: { on: 'ours', op: '<=', value: 50 },
    }),
    line({
      bench: 'scheduler/fire',
      metric: `missed or early, ${name}`,
      unit: '1',
      ours: bursts.flatMap(({ lateness }) => lateness).filter((ms) => ms < 0).length,
      goal: { on: 'ours', op: '<=', value: 0 },
    }),
  ]
}

interface Burst {
  /** From the due instant to each start, in ms. */
  readonly lateness: readonly number[]
  readonly longestStallMs: number
}

async function compare(count: number, rounds: number, most: number): Promise<BenchLine[]> {
  // A service that fires has fired before: both are warm.
  await bare(count)
  await inMemory(count)
  const bursts: { ours: Burst; bare: Burst }[] = []
  for (let round = 0; round < rounds; round++) bursts.push({ bare: await bare(count), ours: await inMemory(count) })
  const p99 = (burst: Burst): number => quantile(burst.lateness, 0.99)
  const name = `${count.toLocaleString('en')} due at once`
  const common = { bench: 'scheduler/fire', unit: 'ms', peer: 'bare heap' } as const
  const started = Math.min(...bursts.map((burst) => burst.ours.lateness.length))
  const early = bursts.flatMap((burst) => burst.ours.lateness).filter((ms) => ms < 0).length
  return [
    line({
      ...common,
      metric: `p99 lateness, ${name}`,
      ours: median(bursts.map((burst) => p99(burst.ours))),
      theirs: median(bursts.map((burst) => p99(burst.bare))),
      goal: { on: 'ratio', op: '<=', value: most },
    }),
    line({
      ...common,
      metric: `longest stall of the event loop, ${name}`,
      ours: median(bursts.map((burst) => burst.ours.longestStallMs)),
      theirs: median(bursts.map((burst) => burst.bare.longestStallMs)),
      goal: { on: 'ours', op: '<=', value: 50 },
    }),
    line({
      bench: 'scheduler/fire',
      metric: `missed or early, ${name}`,
      unit: '1',
      ours: count - started + early,
      goal: { on: 'ours', op: '<=', value: 0 },
    }),
  ]
}

/** Far enough to be loaded before it is due, on a busy machine too. */
function leadMs(count: number): number {
  return 2000 + Math.ceil(count / 12)
}

async function inMemory(count: number): Promise<Burst> {
  const store = new MemoryExecutionStore()
  const due = Date.now() + leadMs(count)
  for (let n = 0; n < count; n++) {
    await store.saveJob({ config: config(`job-${n}`, due), createdAt: Date.now() })
  }
  return ours(count, due, store)
}

function config(id: string, due: number): ScheduleConfig {
  return { id, task: 't', triggers: { type: 'interval', everyMs: 3_600_000, anchor: due } }
}

/** At one go: saving them one after the other is another question. */
function fillJobs(folder: Folder, count: number, due: number): void {
  using db = new DatabaseSync(folder.database)
  db.exec('PRAGMA synchronous = OFF; BEGIN')
  const insert = db.prepare(
    "INSERT INTO job (id, config, origin, last_scheduled_at, created_at) VALUES (?, ?, 'api', NULL, ?)",
  )
  for (let n = 0; n < count; n++) insert.run(`job-${n}`, JSON.stringify(config(`job-${n}`, due)), Date.now())
  db.exec('COMMIT')
}

async function ours(count: number, due: number, store: ExecutionStore): Promise<Burst> {
  await using scheduler = new PluginScheduler({ store })
  // Awaited here, or the scheduler would be disposed of before.
  return await measured(count, due, async (started) => {
    scheduler.registerTask('t', started)
    await scheduler.start()
  })
}

async function bare(count: number): Promise<Burst> {
  const due = Date.now() + Math.ceil(leadMs(count) / 4)
  return measured(count, due, async (started) => {
    const heap = new BareHeap(started)
    for (let n = 0; n < count; n++) heap.add(`job-${n}`, due)
    heap.arm()
  })
}

async function measured(count: number, due: number, prepare: (started: () => void) => Promise<void>): Promise<Burst> {
  const lateness: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  await prepare(() => {
    lateness.push(performance.timeOrigin + performance.now() - due)
    if (lateness.length === count) resolve()
  })
  if (Date.now() >= due) throw new Error('It was due before all was registered.')
  globalThis.gc?.()
  await new Promise((done) => setTimeout(done, Math.max(0, due - Date.now() - 50)))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await promise
  // What ends are left is part of the same burst.
  await new Promise((done) => setTimeout(done, 200))
  delay.disable()
  return { lateness, longestStallMs: delay.max / 1e6 }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
}
