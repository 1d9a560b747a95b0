import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { PluginScheduler } from '../scheduler.ts'
import type { ExecutionRecord } from '../types.ts'
import { EVERY_MS, POINTS, type Point } from './mortal.ts'
import { SqliteStore } from './sqlite-store.ts'

/** How a process dies: at the n-th passage of a point, by its own hand or, without a point, n lines after its birth. */
export interface Death {
  readonly point: Point | undefined
  readonly n: number
}

export function randomDeath(random: () => number): Death {
  const point = POINTS[Math.floor(random() * POINTS.length * 1.5)]
  const most = point === 'at start' ? 1 : point === undefined ? 200 : 40
  return { point, n: 1 + Math.floor(random() * most) }
}

/** Lives and dies once per death on one store, then audits what is left. */
export async function audited(deaths: readonly Death[]): Promise<{ executions: number; abandoned: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-kills-'))
  try {
    const files = { store: join(folder, 'jobs.db'), journal: join(folder, 'starts') }
    for (const death of deaths) await liveAndDie(files, death)
    return await audit(files)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Files {
  readonly store: string
  readonly journal: string
}

function liveAndDie({ store, journal }: Files, { point, n }: Death): Promise<void> {
  const aim = point === undefined ? [] : [point, String(n)]
  const args = ['--conditions=@refbot/source', join(import.meta.dirname, 'mortal.ts'), store, journal, ...aim]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} })
  return new Promise((resolve, reject) => {
    let lines = 0
    let complaint = ''
    child.stdout.on('data', (data: Buffer) => {
      lines += data.toString().split('\n').length - 1
      if (point === undefined && lines >= n) child.kill('SIGKILL')
    })
    child.stderr.on('data', (data: Buffer) => {
      complaint += data.toString()
    })
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve()
      else reject(new Error(`It did not die as it should: ${complaint}`))
    })
  })
}

async function audit(files: Files): Promise<{ executions: number; abandoned: number }> {
  const store = new SqliteStore(files.store)
  try {
    const cutOff = await store.unfinished()
    await recover(store)
    expect(await store.unfinished()).toEqual([])
    const jobs = await store.listJobs()
    const executions = await store.list({ limit: 1_000_000 })
    const starts = existsSync(files.journal)
      ? readFileSync(files.journal, 'utf8').trim().split('\n').filter(Boolean)
      : []

    for (const { id, jobId, attempts } of cutOff) {
      const record = executions.find((execution) => execution.id === id)
      const marked = record?.reason === 'abandoned' || record?.attempts.some(({ error }) => error?.code === 'ABANDONED')
      // One that only waited for its turn, of a job that goes on with what was cut off, just gets its turn later.
      expect(marked || (jobId === 'again' && attempts.length === 0)).toBe(true)
    }
    startedOnce(executions, starts)
    for (const { config, createdAt, lastScheduledAt } of jobs) {
      const due = executions.filter(({ jobId }) => jobId === config.id).map(({ scheduledAt }) => scheduledAt)
      everyDueTime(due, createdAt, lastScheduledAt)
    }
    return {
      executions: executions.length,
      abandoned: executions.filter(({ reason }) => reason === 'abandoned').length,
    }
  } finally {
    store.close()
  }
}

/** A last start, on a clock so far back that nothing is due; what asks to go on is finished. */
async function recover(store: SqliteStore): Promise<void> {
  const jobs = await store.listJobs()
  const cutOff = await store.unfinished()
  const scheduler = new PluginScheduler({
    store,
    clock: new ManualClock(Math.min(...jobs.map(({ createdAt }) => createdAt))),
  })
  scheduler.registerTask('work', () => undefined)
  scheduler.registerTask('fail', () => undefined)
  await scheduler.start()
  await Promise.all(cutOff.map(({ id }) => scheduler.settled(id)))
  await scheduler.stop()
}

/** No attempt started twice; none started without a claim; a success only of what started; a retry only where asked for. */
function startedOnce(executions: readonly ExecutionRecord[], starts: readonly string[]): void {
  const records = new Map(executions.map((execution) => [execution.id, execution]))
  expect(new Set(starts).size).toBe(starts.length)
  for (const start of starts) {
    const [id = '', attempt] = start.split(' ')
    expect(records.get(id)?.attempts.map(({ number }) => number)).toContain(Number(attempt))
    if (records.get(id)?.jobId === 'once') expect(attempt).toBe('1')
  }
  const started = new Set(starts.map((start) => start.split(' ')[0]))
  for (const { id, jobId, status, attempts } of executions) {
    expect(['success', 'failed', 'cancelled']).toContain(status)
    if (jobId === 'once' && status === 'success') expect(started).toContain(id)
    expect(attempts.length).toBeLessThanOrEqual(jobId === 'once' ? 1 : 3)
  }
}

/** Every due time from the first to the last has its record: none was lost, none is there twice. */
function everyDueTime(due: readonly number[], createdAt: number, last = createdAt): void {
  const expected = Array.from({ length: (last - createdAt) / EVERY_MS }, (_, n) => createdAt + (n + 1) * EVERY_MS)
  expect([...due].sort((a, b) => a - b)).toEqual(expected)
}
