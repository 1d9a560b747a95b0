import type { ExecutionRecord, ExecutionStatus, ExecutionStore, JobRecord } from './types.ts'

/** The part of a test runner that the contract needs; vitest's own `{ describe, it, expect }` fits. */
export interface TestApi {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
  expect(actual: unknown): { toEqual(expected: unknown): void }
}

export interface StoreUnderTest {
  /** Empty. */
  readonly store: ExecutionStore
  /** Closes the store and opens the same data again; for stores that outlive their process. */
  readonly reopen?: () => Promise<ExecutionStore>
  readonly dispose?: () => Promise<void>
}

const AT = Date.UTC(2026, 0, 1)

/** What every `ExecutionStore` promises. Each test gets a new one from `makeStore`. */
export function executionStoreContract(api: TestApi, name: string, makeStore: () => Promise<StoreUnderTest>): void {
  const { describe, it, expect } = api

  const promises = (promise: string, body: (store: ExecutionStore, under: StoreUnderTest) => Promise<void>): void => {
    it(promise, async () => {
      const under = await makeStore()
      try {
        await body(under.store, under)
      } finally {
        await under.dispose?.()
      }
    })
  }

  describe(`${name} as an ExecutionStore`, () => {
    promises('starts empty', async (store) => {
      expect(await store.listJobs()).toEqual([])
      expect(await store.list({})).toEqual([])
      expect(await store.unfinished()).toEqual([])
      expect(await store.get(id(1))).toEqual(undefined)
    })

    promises('gives jobs back as they were saved', async (store) => {
      const full = { ...job('full', { deep: ['ü', 1.5, null, true] }), lastScheduledAt: AT + 1 }
      await store.saveJob(full)
      await store.saveJob(job('constructor'))
      expect(byId(await store.listJobs())).toEqual(byId([full, job('constructor')]))
    })

    promises('saving a job again replaces it', async (store) => {
      await store.saveJob({ ...job('a'), lastScheduledAt: AT })
      const paused = { ...job('a'), config: { ...job('a').config, paused: true } }
      await store.saveJob(paused)
      expect(await store.listJobs()).toEqual([paused])
    })

    promises('forgets a deleted job but not its executions, and minds no unknown one', async (store) => {
      await store.saveJob(job('a'))
      await store.saveJob(job('b'))
      await store.claim(execution(1, 'a', AT))
      await store.deleteJob('a')
      await store.deleteJob('nobody')
      expect(await store.listJobs()).toEqual([job('b')])
      expect(ids(await store.list({ jobId: 'a' }))).toEqual([id(1)])
    })

    promises('claims a firing once: the second claim is false and writes nothing', async (store) => {
      await store.saveJob(job('a'))
      expect(await store.claim(execution(1, 'a', AT))).toEqual(true)
      expect(await store.claim(execution(2, 'a', AT))).toEqual(false)
      expect(ids(await store.list({}))).toEqual([id(1)])
      expect(await store.get(id(2))).toEqual(undefined)
    })

    promises('tells firings apart by job and by due time', async (store) => {
      await store.saveJob(job('a'))
      await store.saveJob(job('b'))
      const claims = [execution(1, 'a', AT), execution(2, 'a', AT + 1), execution(3, 'b', AT)]
      expect(await Promise.all(claims.map((claim) => store.claim(claim)))).toEqual([true, true, true])
    })

    promises('lets one of many simultaneous claims win', async (store) => {
      await store.saveJob(job('a'))
      const claims = Array.from({ length: 50 }, (_, n) => store.claim(execution(n + 1, 'a', AT)))
      const won = (await Promise.all(claims)).filter((claimed) => claimed)
      expect(won.length).toEqual(1)
      expect((await store.list({})).length).toEqual(1)
    })

    promises('claims many as it would one by one, in order, where it can', async (store) => {
      if (store.claimAll === undefined) return
      await store.saveJob(job('a'))
      await store.claim(execution(1, 'a', AT))
      const claims = [
        execution(2, 'a', AT),
        execution(3, 'a', AT + 1),
        execution(4, 'a', AT + 1),
        execution(5, 'b', AT + 1, 'cancelled'),
      ]
      expect(await store.claimAll(claims)).toEqual([false, true, false, true])
      expect(ids(await store.list({}))).toEqual([id(5), id(3), id(1)])
      expect((await store.listJobs()).map(({ lastScheduledAt }) => lastScheduledAt)).toEqual([AT + 1])
      expect(await store.get(id(3))).toEqual(execution(3, 'a', AT + 1))
      expect(await store.claimAll([])).toEqual([])
    })

    promises('a claim moves the due time of its job on, never back', async (store) => {
      await store.saveJob(job('a'))
      await store.claim(execution(1, 'a', AT + 1000))
      await store.claim(execution(2, 'a', AT))
      expect((await store.listJobs()).map(({ lastScheduledAt }) => lastScheduledAt)).toEqual([AT + 1000])
    })

    promises('claims for a job that it does not hold', async (store) => {
      expect(await store.claim(execution(1, 'gone', AT))).toEqual(true)
      expect(await store.listJobs()).toEqual([])
      expect(ids(await store.list({}))).toEqual([id(1)])
    })

    promises('gives executions back as they were claimed', async (store) => {
      const full: ExecutionRecord = { ...execution(1, 'a', AT), input: { list: [1, 'ü', null] } }
      await store.claim(full)
      await store.claim(execution(2, 'a', AT + 1))
      expect(await store.get(id(1))).toEqual(full)
      expect(await store.get(id(2))).toEqual(execution(2, 'a', AT + 1))
    })

    promises('an update sets the fields of the patch and clears those it leaves out', async (store) => {
      await store.claim({ ...execution(1, 'a', AT), input: 'kept' })
      const error = { code: 'TASK_FAILED', message: 'no' }
      const failed = [{ number: 1, startedAt: AT, endedAt: AT + 5, error }]
      await store.update(id(1), { status: 'retrying', reason: 'timeout', error, attempts: failed, retryAt: AT + 10 })
      expect(await store.get(id(1))).toEqual({
        ...execution(1, 'a', AT, 'retrying'),
        input: 'kept',
        reason: 'timeout',
        error,
        attempts: failed,
        retryAt: AT + 10,
      })
      const attempts = [...failed, { number: 2, startedAt: AT + 10, endedAt: AT + 20 }]
      await store.update(id(1), { status: 'success', attempts, endedAt: AT + 20, result: { ok: [true] } })
      expect(await store.get(id(1))).toEqual({
        ...execution(1, 'a', AT, 'success'),
        input: 'kept',
        attempts,
        endedAt: AT + 20,
        result: { ok: [true] },
      })
    })

    promises('rejects an update of an execution that it does not hold', async (store) => {
      const outcome = await store.update(id(1), { status: 'success', attempts: [] }).then(
        () => 'resolved',
        () => 'rejected',
      )
      expect(outcome).toEqual('rejected')
    })

    promises('updates many as it would one by one, in order, where it can: all of them or none', async (store) => {
      if (store.updateAll === undefined) return
      for (const n of [1, 2]) await store.claim(execution(n, 'a', AT + n))
      const attempts = [{ number: 1, startedAt: AT, endedAt: AT + 5 }]
      await store.updateAll([
        { id: id(1), patch: { status: 'retrying', attempts } },
        { id: id(2), patch: { status: 'success', attempts, endedAt: AT + 5, result: [1] } },
        { id: id(1), patch: { status: 'failed', attempts, endedAt: AT + 9 } },
      ])
      const updated = [
        { ...execution(2, 'a', AT + 2, 'success'), attempts, endedAt: AT + 5, result: [1] },
        { ...execution(1, 'a', AT + 1, 'failed'), attempts, endedAt: AT + 9 },
      ]
      expect(await store.list({})).toEqual(updated)
      const unknown = { id: id(9), patch: { status: 'success', attempts } } as const
      const outcome = await store.updateAll([{ id: id(2), patch: { status: 'failed', attempts } }, unknown]).then(
        () => 'resolved',
        () => 'rejected',
      )
      expect(outcome).toEqual('rejected')
      expect(await store.list({})).toEqual(updated)
      await store.updateAll([])
    })

    promises('lists the newest first, by id', async (store) => {
      for (const n of [2, 3, 1]) await store.claim(execution(n, 'a', AT + n))
      expect(ids(await store.list({}))).toEqual([id(3), id(2), id(1)])
    })

    promises('pages with a cursor, each execution on one page', async (store) => {
      for (let n = 1; n <= 5; n++) await store.claim(execution(n, 'a', AT + n))
      const pages: string[][] = []
      for (let before: string | undefined; pages.length < 10; before = pages.at(-1)?.at(-1)) {
        const page = ids(await store.list(before === undefined ? { limit: 2 } : { limit: 2, before }))
        if (page.length === 0) break
        pages.push(page)
      }
      expect(pages).toEqual([[id(5), id(4)], [id(3), id(2)], [id(1)]])
    })

    promises('lists 100 where no limit is given', async (store) => {
      await Promise.all(Array.from({ length: 105 }, (_, n) => store.claim(execution(n + 1, 'a', AT + n))))
      expect((await store.list({})).length).toEqual(100)
    })

    promises('filters by job, status and time, all together', async (store) => {
      await store.claim(execution(1, 'a', AT))
      await store.claim(execution(2, 'a', AT + 10, 'success'))
      await store.claim(execution(3, 'b', AT + 20))
      await store.claim(execution(4, 'a', AT + 30))
      expect(ids(await store.list({ jobId: 'a' }))).toEqual([id(4), id(2), id(1)])
      expect(ids(await store.list({ status: 'running' }))).toEqual([id(4), id(3), id(1)])
      expect(ids(await store.list({ since: AT + 20 }))).toEqual([id(4), id(3)])
      expect(ids(await store.list({ jobId: 'a', status: 'running', since: AT + 1, before: id(9) }))).toEqual([id(4)])
      expect(await store.list({ jobId: 'nobody' })).toEqual([])
    })

    promises('knows the unfinished ones: running and retrying', async (store) => {
      const statuses: ExecutionStatus[] = ['running', 'retrying', 'success', 'failed', 'cancelled']
      for (const [n, status] of statuses.entries()) await store.claim(execution(n + 1, 'a', AT + n, status))
      expect(ids(await store.unfinished()).sort()).toEqual([id(1), id(2)])
      await store.update(id(1), { status: 'success', attempts: [], endedAt: AT })
      expect(ids(await store.unfinished())).toEqual([id(2)])
    })

    promises('keeps everything over a restart, where it can be reopened', async (store, under) => {
      if (under.reopen === undefined) return
      await store.saveJob(job('a', { n: 1 }))
      await store.claim(execution(1, 'a', AT))
      await store.update(id(1), { status: 'success', attempts: [], endedAt: AT + 1, result: 7 })
      await store.claim(execution(2, 'a', AT + 5))
      const reopened = await under.reopen()
      expect(await reopened.listJobs()).toEqual([{ ...job('a', { n: 1 }), lastScheduledAt: AT + 5 }])
      expect((await reopened.get(id(1)))?.result).toEqual(7)
      expect(ids(await reopened.unfinished())).toEqual([id(2)])
      expect(await reopened.claim(execution(3, 'a', AT))).toEqual(false)
    })
  })
}

function id(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}

function ids(executions: readonly ExecutionRecord[]): string[] {
  return executions.map((execution) => execution.id)
}

function byId(jobs: readonly JobRecord[]): JobRecord[] {
  return [...jobs].sort((a, b) => (a.config.id < b.config.id ? -1 : 1))
}

function job(jobId: string, input?: unknown): JobRecord {
  const config = { id: jobId, task: 't', triggers: [{ type: 'interval', everyMs: 1000 }] } as const
  return { config: input === undefined ? config : { ...config, input }, createdAt: AT }
}

function execution(
  n: number,
  jobId: string,
  scheduledAt: number,
  status: ExecutionStatus = 'running',
): ExecutionRecord {
  return {
    id: id(n),
    jobId,
    task: 't',
    scheduledAt,
    claimedAt: scheduledAt,
    status,
    attempts: [{ number: 1, startedAt: AT }],
  }
}
