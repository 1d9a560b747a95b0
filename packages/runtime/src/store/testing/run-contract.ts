import { AT, contract, type EngineUnderTest, end, id, run, type TestApi } from './contracts.ts'

/** What every `RunStore` promises. */
export function runStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a RunStore`, make, (promises) => {
    promises('starts empty', async ({ runs }) => {
      expect(await runs.list()).toEqual([])
      expect(await runs.get(id(1))).toEqual(undefined)
      const none = { runs: 0, succeeded: 0, failed: 0, cancelled: 0, lastRunAt: undefined, durations: [] }
      expect(await runs.counts('shop')).toEqual(none)
    })

    promises('has a run as soon as its execution is claimed, and no run for other tasks', async (store) => {
      await store.executions.claim(run(1))
      await store.executions.claim(run(2, 'shop', { task: 'retention' }))
      expect(await store.runs.list()).toEqual([{ ...run(1), plugin: 'shop', cause: 'schedule' }])
      expect(await store.runs.get(id(2))).toEqual(undefined)
    })

    promises('lists the newest first, a page at a time, without a gap or a repetition', async (store) => {
      for (const number of [3, 1, 5, 2, 4]) await store.executions.claim(run(number))
      const first = await store.runs.list({ limit: 2 })
      const second = await store.runs.list({ limit: 2, before: first.at(-1)?.id ?? '' })
      const third = await store.runs.list({ limit: 2, before: second.at(-1)?.id ?? '' })
      expect([...first, ...second, ...third].map((each) => each.id)).toEqual([5, 4, 3, 2, 1].map(id))
    })

    promises('filters by plugin, status and time, all at once', async (store) => {
      for (const number of [1, 2, 3, 4]) await store.executions.claim(run(number, number === 4 ? 'bank' : 'shop'))
      await end(store, 1, 'failed', 10)
      await end(store, 2, 'failed', 10)
      await end(store, 4, 'failed', 10)
      const ids = async (query: Parameters<typeof store.runs.list>[0]) =>
        (await store.runs.list(query)).map((r) => r.id)
      expect(await ids({ plugin: 'bank' })).toEqual([id(4)])
      expect(await ids({ status: 'running' })).toEqual([id(3)])
      expect(await ids({ since: AT + 3000 })).toEqual([id(4), id(3)])
      expect(await ids({ plugin: 'shop', status: 'failed', since: AT + 2000 })).toEqual([id(2)])
      expect(await ids({ plugin: 'nobody' })).toEqual([])
    })

    promises('keeps steps in their order, by attempt', async (store) => {
      await store.executions.claim(run(1))
      const step = (attempt: number, number: number) => ({
        attempt,
        number,
        path: `open › page ${number}`,
        startedAt: AT,
        endedAt: AT + 5,
      })
      await store.runs.addSteps(id(1), [step(1, 1), { ...step(1, 2), error: 'no such button' }])
      await store.runs.addSteps(id(1), [step(2, 1)])
      await store.runs.addSteps(id(1), [])
      const { steps } = (await store.runs.get(id(1))) ?? { steps: [] }
      expect(steps).toEqual([step(1, 1), { ...step(1, 2), error: 'no such button' }, step(2, 1)])
    })

    promises('takes no steps of a run that is not there, and none of a call that fails', async (store) => {
      const step = { attempt: 1, number: 1, path: 'open', startedAt: AT, endedAt: AT }
      const [unknown] = await Promise.allSettled([store.runs.addSteps(id(9), [step])])
      expect(unknown?.status).toEqual('rejected')
      await store.executions.claim(run(1))
      const [twice] = await Promise.allSettled([store.runs.addSteps(id(1), [step, step])])
      expect(twice?.status).toEqual('rejected')
      expect((await store.runs.get(id(1)))?.steps).toEqual([])
    })

    promises('counts what became of the runs of a plugin, and how long they took', async (store) => {
      for (const number of [1, 2, 3, 4, 5]) await store.executions.claim(run(number))
      await store.executions.claim(run(6, 'bank'))
      await end(store, 1, 'success', 300)
      await end(store, 2, 'success', 100)
      await end(store, 3, 'failed', 200)
      await end(store, 4, 'cancelled', 7)
      expect(await store.runs.counts('shop')).toEqual({
        runs: 5,
        succeeded: 2,
        failed: 1,
        cancelled: 1,
        lastRunAt: AT + 5000,
        durations: [100, 200, 300],
      })
    })

    promises('keeps everything over a restart', async (store, { reopen }) => {
      await store.executions.claim(run(1))
      await store.runs.addSteps(id(1), [{ attempt: 1, number: 1, path: 'ö', startedAt: AT, endedAt: AT }])
      await store.artifacts.add({ runId: id(1), name: 'ü.png', contentType: 'image/png', bytes: 3 })
      const before = await store.runs.get(id(1))
      expect(await (await reopen()).runs.get(id(1))).toEqual(before)
    })
  })
}
