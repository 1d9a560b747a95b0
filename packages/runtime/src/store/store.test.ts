import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { metricStoreContract } from '@refbot/analytics/testing'
import type { ExecutionRecord } from '@refbot/scheduler'
import { executionStoreContract } from '@refbot/scheduler/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefbotEvent } from './index.ts'
import { Store } from './index.ts'

const NOW = 1_800_000_000_000

let folder: string
let file: string
let events: RefbotEvent[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-store-'))
  file = join(folder, 'refbot.db')
  events = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => Store.open({ file, now: () => NOW, onEvents: (batch) => events.push(...batch) })

function execution(overrides: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    id: '01-a',
    jobId: 'job',
    task: 'tidy',
    scheduledAt: NOW,
    claimedAt: NOW,
    status: 'running',
    attempts: [{ number: 1, startedAt: NOW }],
    ...overrides,
  }
}

describe('a change of state and its event commit together', () => {
  it('delivers the event of a claim with an increasing id', async () => {
    await using store = await open()
    await store.executions.claim(execution())
    await store.executions.update('01-a', { status: 'success', attempts: [], endedAt: NOW + 5 })
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      [1, 'execution.claimed'],
      [2, 'execution.changed'],
    ])
    expect(await store.events.since(1, 10)).toEqual(events.slice(1))
  })

  it('rolls the change back when the event cannot be written', async () => {
    await using store = await open()
    using db = new DatabaseSync(file)
    db.exec("CREATE TRIGGER refuse BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no events today'); END")
    await expect(store.executions.claim(execution())).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(await store.executions.get('01-a')).toBeUndefined()
    expect(events).toEqual([])
    db.exec('DROP TRIGGER refuse')
    expect(await store.executions.claim(execution())).toBe(true)
  })

  it('takes back only the operation that failed, not those that share its commit', async () => {
    await using store = await open()
    const results = await Promise.allSettled([
      store.executions.claim(execution({ id: '01-a', jobId: 'a' })),
      store.artifacts.add({ runId: 'nobody', name: 'x.png', contentType: 'image/png', bytes: 1 }),
      store.executions.claim(execution({ id: '01-b', jobId: 'b' })),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await store.executions.list({})).map(({ id }) => id)).toEqual(['01-b', '01-a'])
    expect(events).toHaveLength(2)
  })
})

describe('an execution of a plugin', () => {
  it('is a run from its claim on', async () => {
    await using store = await open()
    const input = { plugin: 'registration', cause: 'manual' }
    await store.executions.claim(execution({ task: 'plugin', input }))
    expect(await store.runs.get('01-a')).toMatchObject({
      id: '01-a',
      ...input,
      status: 'running',
      artifacts: [],
      steps: [],
    })
    expect(events).toMatchObject([{ type: 'run.claimed', data: { ...input, status: 'running' } }])
  })
})

metricStoreContract(
  'the metric store on SQLite',
  async () => {
    const store = await open()
    return Object.assign(store.metrics, { [Symbol.asyncDispose]: () => store.close() })
  },
  { describe, it, expect },
)

executionStoreContract({ describe, it, expect }, 'the execution store on SQLite', async () => {
  let store = await open()
  return {
    store: store.executions,
    reopen: async () => {
      await store.close()
      store = await open()
      return store.executions
    },
    dispose: () => store.close(),
  }
})

describe('a store that cannot be used', () => {
  it('says so when the file is no database', async () => {
    writeFileSync(file, 'these are not the pages you are looking for'.repeat(100))
    await expect(open()).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
  })

  it('refuses a database that a newer version wrote', async () => {
    await (await open()).close()
    using db = new DatabaseSync(file)
    db.exec("INSERT INTO migration (name, timestamp) VALUES ('9999-future', '2030')")
    await expect(open()).rejects.toMatchObject({ code: 'STORE_NEWER' })
  })
})

describe('the thread for long reads', () => {
  it('lets neither a timer nor a claim wait for a query of two seconds', async () => {
    await using store = await open()
    await store.executions.claim(execution({ id: '00-warm', jobId: 'warm' }))
    let slow = true
    const began = performance.now()
    const query = store.select(COUNT_TO, [calibrate()]).finally(() => {
      slow = false
    })
    const lateness: number[] = []
    const claims: number[] = []
    for (let i = 0; slow; i += 1) {
      const asked = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 10))
      lateness.push(performance.now() - asked - 10)
      const claimed = performance.now()
      await store.executions.claim(execution({ id: `01-${i}`, jobId: `job-${i}` }))
      claims.push(performance.now() - claimed)
    }
    await query
    expect(performance.now() - began).toBeGreaterThan(1000)
    expect(median(lateness)).toBeLessThan(50)
    expect(median(claims)).toBeLessThan(50)
  })
})

const COUNT_TO = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) SELECT count(*) FROM n'

/** How far this machine counts in about two seconds. */
function calibrate(): number {
  using db = new DatabaseSync(':memory:')
  const steps = 400_000
  const began = performance.now()
  db.prepare(COUNT_TO).get(steps)
  return Math.round((steps * 2000) / (performance.now() - began))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY
}
