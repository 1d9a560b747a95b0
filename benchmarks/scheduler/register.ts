import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Cron } from 'croner'
import { CronJob, Task } from 'toad-scheduler'
import { MemoryExecutionStore, PluginScheduler } from '../../packages/scheduler/src/index.ts'
import { type BenchLine, line } from '../lib/line.ts'

const JOBS = 100_000
const PATTERNS = 1000
/** Each of toad's holds about 83 kB: 100,000 would not fit. */
const PEER_JOBS = 500
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney', 'UTC']

const pattern = (n: number): { readonly expression: string; readonly timeZone: string } => ({
  expression: `${n % 60} ${n % 24} ${1 + (n % 28)} * *`,
  timeZone: ZONES[n % ZONES.length] ?? 'UTC',
})

/** How long does it take to register 100,000 zoned cron jobs, and what does each hold?  */
export async function bench(): Promise<BenchLine[]> {
  const croner = held(() =>
    Array.from({ length: PATTERNS }, (_, n) => new Cron(pattern(n).expression, { paused: true, utcOffset: 0 })),
  )
  const toad = held(() =>
    Array.from({ length: PEER_JOBS }, (_, n) => {
      const { expression, timeZone } = pattern(n)
      const job = new CronJob({ cronExpression: expression, timezone: timeZone }, new Task(`task-${n}`, () => {}))
      job.start()
      return job
    }),
  )
  for (const job of toad.value) job.stop()

  const before = heapUsed()
  const started = performance.now()
  await using scheduler = new PluginScheduler({ store: new MemoryExecutionStore() })
  scheduler.registerTask('t', () => {})
  await scheduler.start()
  for (let n = 0; n < JOBS; n++) {
    await scheduler.add({ id: `job-${n}`, task: 't', triggers: { type: 'cron', ...pattern(n % PATTERNS) } })
  }
  const elapsedMs = performance.now() - started
  const bytes = (heapUsed() - before - croner.bytes) / JOBS

  const cpu = process.cpuUsage()
  await new Promise((done) => setTimeout(done, 5000))
  const { user, system } = process.cpuUsage(cpu)
  return [
    line({
      bench: 'scheduler/register',
      metric: 'registering 100,000 jobs of 1,000 zoned patterns',
      unit: 'ms',
      ours: elapsedMs,
      goal: { on: 'ours', op: '<=', value: 2000 },
    }),
    line({
      bench: 'scheduler/register',
      metric: 'bytes per job, beyond croner’s own instances',
      unit: 'B',
      ours: bytes,
      peer: 'toad-scheduler 4.1',
      theirs: toad.bytes / PEER_JOBS,
      goal: { on: 'ours', op: '<=', value: 1000 },
    }),
    line({
      bench: 'scheduler/idle',
      metric: 'part of a core with 100,000 jobs waiting',
      unit: '%',
      ours: (user + system) / 50_000,
      goal: { on: 'ours', op: '<=', value: 2 },
    }),
  ]
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

function held<T>(make: () => T): { readonly bytes: number; readonly value: T } {
  const before = heapUsed()
  const value = make()
  return { bytes: heapUsed() - before, value }
}
