import { describe, expect, it } from 'vitest'
import { MemoryExecutionStore } from './memory-store.ts'
import { executionStoreContract } from './testing.ts'
import type { ExecutionRecord } from './types.ts'

executionStoreContract({ describe, it, expect }, 'MemoryExecutionStore', async () => ({
  store: new MemoryExecutionStore(),
}))

const record = (n: number, status: ExecutionRecord['status']): ExecutionRecord => ({
  id: String(n).padStart(6, '0'),
  jobId: 'a',
  task: 't',
  scheduledAt: n,
  claimedAt: n,
  status,
  attempts: [],
})

describe('MemoryExecutionStore', () => {
  it('keeps the 1,000 executions that ended last', async () => {
    const store = new MemoryExecutionStore()
    for (let n = 0; n < 1500; n++) await store.claim(record(n, 'success'))
    const kept = await store.list({ limit: 10_000 })
    expect(kept.length).toBe(1000)
    expect(kept.at(-1)?.id).toBe('000500')
  })

  it('never drops an execution that is not over', async () => {
    const store = new MemoryExecutionStore({ maxExecutions: 2 })
    for (let n = 0; n < 10; n++) await store.claim(record(n, 'running'))
    for (let n = 10; n < 20; n++) await store.claim(record(n, 'failed'))
    expect((await store.unfinished()).length).toBe(10)
    expect((await store.list({ status: 'failed' })).map(({ id }) => id)).toEqual(['000019', '000018'])
  })

  it.each([-1, 1.5, Number.NaN])('is not made for %d of them', (maxExecutions) => {
    expect(() => new MemoryExecutionStore({ maxExecutions })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
