import { describe, expect, it } from 'vitest'
import { codeOf, HOUR, MINUTE, Rig, SECOND, START } from './rig.ts'

describe('stopping', () => {
  it('waits for what runs, and fires nothing more', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work' })
    await rig.every({ id: 'b' })
    await rig.clock.advance(MINUTE)
    let stopped = false
    const stop = rig.scheduler.stop().then(() => {
      stopped = true
    })
    await rig.clock.advance(20 * SECOND)
    expect(stopped).toBe(false)
    await rig.end(0)
    await stop
    await rig.clock.advance(HOUR)
    expect(await rig.outcomes()).toEqual(['success', 'success'])
    expect(rig.clock.armed).toBe(0)
  })

  it('aborts what is left after the time-out: one that answers is cancelled, one that does not is abandoned', async () => {
    const rig = await Rig.started()
    rig.moody = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await rig.every({ id: 'polite', task: 'moody' })
    await rig.every({ id: 'deaf', task: 'work', abortGraceMs: 2 * SECOND })
    await rig.clock.advance(MINUTE)
    const stop = rig.scheduler.stop({ timeoutMs: 10 * SECOND })
    await rig.clock.advance(12 * SECOND)
    await stop
    expect(await rig.outcomes({ jobId: 'polite' })).toEqual(['cancelled/stopped'])
    expect(await rig.outcomes({ jobId: 'deaf' })).toEqual(['failed/abandoned'])
    expect(rig.calls[0]?.context.signal.aborted).toBe(true)
  })

  it('does not wait for those that wait themselves: for a retry, a turn or a slot', async () => {
    const rig = await Rig.started({ concurrency: 1 })
    rig.moody = () => Promise.reject(new Error('no'))
    await rig.every({ id: 'retries', task: 'moody', retry: { attempts: 2, delayMs: HOUR } })
    await rig.every({ id: 'queues', task: 'work', overlap: 'queue' })
    await rig.every({ id: 'slot', task: 'work' })
    await rig.clock.advance(2 * MINUTE)
    const stop = rig.scheduler.stop()
    await rig.settle()
    await rig.end(0)
    await stop
    expect(await rig.outcomes({ jobId: 'retries' })).toEqual(['failed/abandoned', 'cancelled/overlap'])
    expect(await rig.outcomes({ jobId: 'queues' })).toEqual(['success', 'failed/abandoned'])
    expect(await rig.outcomes({ jobId: 'slot' })).toEqual(['failed/abandoned', 'cancelled/overlap'])
    expect(await rig.store.unfinished()).toEqual([])
  })

  it('leaves the executions of a job that asks for it to the next start, which goes on with them', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', onAbandoned: 'retry', abortGraceMs: 0 })
    await rig.clock.advance(MINUTE)
    const stop = rig.scheduler.stop({ timeoutMs: 0 })
    await rig.clock.advance(SECOND)
    await stop
    expect(await rig.outcomes()).toEqual(['retrying/abandoned'])
    const next = await Rig.started({ clock: rig.clock, store: rig.store })
    await next.settle()
    expect(next.calls.map(({ context }) => context.attempt)).toEqual([2])
    await next.end(0)
    const execution = await rig.only()
    expect(execution.status).toBe('success')
    expect(execution.attempts.map(({ error }) => error?.code)).toEqual(['ABANDONED', undefined])
  })

  it('twice is once, and before the start nothing', async () => {
    const rig = await Rig.started()
    await Promise.all([rig.scheduler.stop(), rig.scheduler.stop()])
    await rig.scheduler.stop()
    await new Rig().scheduler.stop()
    expect(await codeOf(rig.scheduler.runNow('a'))).toBe('NOT_STARTED')
  })

  it('lets no `runNow` begin any more, not even one that has to look for a free millisecond', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', overlap: 'allow' })
    const { claim } = rig.store
    const { promise: free, resolve: go } = Promise.withResolvers<void>()
    rig.store.claim = (execution) => free.then(() => claim.call(rig.store, execution))
    const [first, second] = [rig.scheduler.runNow('a'), rig.scheduler.runNow('a')]
    const refused = codeOf(second)
    const stopped = rig.scheduler.stop()
    await rig.settle()
    go()
    await stopped
    expect((await first).jobId).toBe('a')
    expect(await refused).toBe('NOT_STARTED')
    expect(rig.noted).toEqual([0])
  })

  it.each([Number.NaN, -1, '5'])('after %j ms is refused', async (timeoutMs) => {
    const rig = await Rig.started()
    expect(await codeOf(rig.scheduler.stop({ timeoutMs: timeoutMs as number }))).toBe('INVALID_ARGUMENT')
    await rig.every({ id: 'a' })
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([60])
  })

  it('can be followed by another start, during it too', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' })
    const stop = rig.scheduler.stop()
    await rig.scheduler.start()
    await stop
    await rig.scheduler.start()
    await rig.clock.advance(2 * MINUTE)
    expect(rig.noted).toEqual([60, 120])
  })

  it('is what the end of an `await using` block does', async () => {
    const rig = new Rig()
    {
      await using scheduler = rig.scheduler
      await scheduler.start()
      await rig.every({ id: 'a' })
      expect(rig.clock.armed).toBe(1)
    }
    expect(rig.clock.armed).toBe(0)
  })
})

describe('the start after a crash', () => {
  const unfinished = (n: number, attempts = 1) => ({
    id: `0-${n}`,
    jobId: 'a',
    task: 'work',
    scheduledAt: START - n,
    claimedAt: START - n,
    status: 'running' as const,
    attempts: Array.from({ length: attempts }, (_, at) => ({ number: at + 1, startedAt: START - n })),
  })
  const config = { id: 'a', task: 'work', triggers: { type: 'interval', everyMs: HOUR } } as const

  it('records what was cut off as abandoned, also where its job is gone', async () => {
    const rig = new Rig()
    await rig.store.claim(unfinished(1))
    await rig.store.claim({ ...unfinished(2), status: 'retrying', jobId: 'gone' })
    await rig.scheduler.start()
    expect(await rig.outcomes()).toEqual(['failed/abandoned', 'failed/abandoned'])
    const [execution] = await rig.scheduler.history({ jobId: 'a' })
    expect(execution).toMatchObject({
      endedAt: START,
      error: { code: 'ABANDONED' },
      attempts: [{ endedAt: START, error: { code: 'ABANDONED' } }],
    })
    expect(rig.scheduler.statistics().failure).toBe(2)
    expect(await rig.scheduler.settled('0-1')).toEqual(execution)
  })

  it('counts it in the statistics of its job, and an interval from the last end from there', async () => {
    const rig = new Rig()
    const triggers = { type: 'interval', everyMs: HOUR, from: 'last-end' } as const
    await rig.store.saveJob({ config: { ...config, triggers }, createdAt: START - 90 * MINUTE })
    await rig.store.claim({ ...unfinished(1), scheduledAt: START - 30 * MINUTE })
    await rig.scheduler.start()
    expect(rig.scheduler.statistics('a').failure).toBe(1)
    expect(rig.scheduler.job('a')?.nextAt).toBe(START + HOUR)
  })

  it('fails where the store does, and the next one leaves alone what it already goes on with', async () => {
    const rig = new Rig()
    await rig.store.saveJob({ config: { ...config, onAbandoned: 'retry' }, createdAt: START })
    await rig.store.claim(unfinished(1))
    await rig.store.claim({ ...unfinished(2), jobId: 'gone' })
    const { update } = rig.store
    rig.store.update = (id, patch) =>
      id === '0-2' ? Promise.reject(new Error('full')) : update.call(rig.store, id, patch)
    await expect(rig.scheduler.start()).rejects.toThrow('full')
    await rig.settle()
    rig.store.update = update
    await rig.scheduler.start()
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['running', 'failed/abandoned'])
    await rig.end(0)
    expect(rig.calls.length).toBe(1)
    expect(rig.scheduler.statistics().total).toBe(2)
  })

  it('goes on with it where the job says so, but not for ever', async () => {
    const rig = new Rig()
    await rig.store.saveJob({ config: { ...config, onAbandoned: 'retry' }, createdAt: START })
    await rig.store.claim(unfinished(1))
    await rig.store.claim(unfinished(2, 2))
    await rig.scheduler.start()
    await rig.settle()
    expect(rig.calls.map(({ context }) => [context.execution.id, context.attempt])).toEqual([['0-1', 2]])
    expect(await rig.outcomes({ status: 'failed' })).toEqual(['failed/abandoned'])
  })

  it('goes on with one that waited under a policy by code, whatever attempts that had used', async () => {
    const rig = new Rig()
    const retryOn = { NOT_READY: { attempts: 9 } }
    await rig.store.saveJob({ config: { ...config, retryOn, onAbandoned: 'retry' }, createdAt: START })
    const notReady = { startedAt: START, endedAt: START, error: { code: 'NOT_READY', message: 'no' } }
    const attempts = [1, 2, 3].map((number) => ({ number, ...notReady }))
    await rig.store.claim({ ...unfinished(1), status: 'retrying', attempts })
    await rig.scheduler.start()
    await rig.settle()
    expect(rig.calls.map(({ context }) => context.attempt)).toEqual([4])
  })

  it('lets those it goes on with wait for each other, as their job would', async () => {
    const rig = new Rig()
    await rig.store.saveJob({ config: { ...config, onAbandoned: 'retry' }, createdAt: START })
    await rig.store.claim(unfinished(1, 0))
    await rig.store.claim(unfinished(2))
    await rig.scheduler.start()
    await rig.settle()
    expect(rig.calls.length).toBe(1)
    await rig.end(0)
    await rig.end(1)
    expect(await rig.outcomes()).toEqual(['success', 'success'])
  })
})
