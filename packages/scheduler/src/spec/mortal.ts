/**
 * A process that is to be killed: a scheduler on the store and the journal given to it, with jobs every few
 * milliseconds. It kills itself at the n-th time that it passes a point, or waits to be killed.
 *
 *   node mortal.ts <store file> <journal file> [<point> <n>]
 */
import { appendFileSync, writeSync } from 'node:fs'
import { PluginScheduler } from '../scheduler.ts'
import type { ExecutionPatch, ExecutionRecord, ScheduleConfig } from '../types.ts'
import { SqliteStore } from './sqlite-store.ts'

export const POINTS = ['before claim', 'after claim', 'in task', 'before update', 'after update', 'at start'] as const
export type Point = (typeof POINTS)[number]

export const EVERY_MS = 20

const COMMON = { triggers: { type: 'interval', everyMs: EVERY_MS }, misfire: 'all', misfireLimit: 100_000 } as const

/** `once` is never started twice, `again` asks for it, `fails` is retried; each makes up for everything. */
export const JOBS: readonly ScheduleConfig[] = [
  { ...COMMON, id: 'once', task: 'work', overlap: 'allow' },
  { ...COMMON, id: 'again', task: 'work', overlap: 'queue', onAbandoned: 'retry' },
  { ...COMMON, id: 'fails', task: 'fail', overlap: 'allow', retry: { attempts: 3, delayMs: 5 } },
]

const [storeFile, journalFile, point, times] = process.argv.slice(2)

if (storeFile !== undefined && journalFile !== undefined) await live(storeFile, journalFile)

async function live(store: string, journal: string): Promise<void> {
  let left = Number(times ?? 0)
  const pass = (at: Point): void => {
    writeSync(1, `${at}\n`)
    if (at === point && --left <= 0) process.kill(process.pid, 'SIGKILL')
  }

  class Watched extends SqliteStore {
    override async claim(execution: ExecutionRecord): Promise<boolean> {
      pass('before claim')
      const claimed = await super.claim(execution)
      pass('after claim')
      return claimed
    }

    override async update(id: string, patch: ExecutionPatch): Promise<void> {
      pass('before update')
      await super.update(id, patch)
      pass('after update')
    }

    override async unfinished(): Promise<readonly ExecutionRecord[]> {
      const found = await super.unfinished()
      pass('at start')
      return found
    }
  }

  const scheduler = new PluginScheduler({ store: new Watched(store) })
  const note = (id: string, attempt: number): void => {
    appendFileSync(journal, `${id} ${attempt}\n`)
    pass('in task')
  }
  scheduler.registerTask('work', async ({ execution, attempt }) => {
    note(execution.id, attempt)
    await new Promise((resolve) => setTimeout(resolve, 3))
  })
  scheduler.registerTask('fail', async ({ execution, attempt }) => {
    note(execution.id, attempt)
    if (attempt < 3) throw new Error('not yet')
  })
  for (const job of JOBS) await scheduler.replace(job)
  await scheduler.start()
}
