import { describe, expect, it } from 'vitest'
import { TaskError } from '../errors.ts'
import { MINUTE, Rig, SECOND, START } from './rig.ts'

const failing = { id: 'a', task: 'moody', retry: { attempts: 4, delayMs: SECOND } }

describe('retries', () => {
  it('back off exponentially, and every attempt is recorded with its error', async () => {
    const rig = await Rig.started()
    rig.moody = ({ attempt }) => {
      if (attempt < 4) throw Object.assign(new Error(`no ${attempt}`), { code: 'NOT_YET' })
      return 'done'
    }
    await rig.every(failing)
    await rig.clock.advance(MINUTE)
    expect(await rig.outcomes()).toEqual(['retrying'])
    await rig.clock.advance(20 * SECOND)
    const { status, attempts, result, endedAt } = await rig.only()
    expect({ status, result, endedAt }).toEqual({ status: 'success', result: 'done', endedAt: START + 67 * SECOND })
    expect(attempts.map(({ number, startedAt }) => [number, (startedAt - START) / SECOND])).toEqual([
      [1, 60],
      [2, 61],
      [3, 63],
      [4, 67],
    ])
    expect(attempts.map(({ error }) => error)).toEqual([
      { code: 'NOT_YET', message: 'no 1' },
      { code: 'NOT_YET', message: 'no 2' },
      { code: 'NOT_YET', message: 'no 3' },
      undefined,
    ])
  })

  it('end as failed when the attempts are used up', async () => {
    const rig = await Rig.started()
    rig.moody = () => Promise.reject(new Error('never'))
    await rig.every(failing)
    await rig.clock.advance(MINUTE + 30 * SECOND)
    const execution = await rig.only()
    expect(execution).toMatchObject({ status: 'failed', error: { code: 'TASK_FAILED', message: 'never' } })
    expect(execution.attempts.length).toBe(4)
    expect(rig.scheduler.statistics()).toMatchObject({ total: 1, success: 0, failure: 1, retries: 3 })
  })

  it('there are none by default', async () => {
    const rig = await Rig.started()
    rig.moody = () => Promise.reject(new Error('no'))
    await rig.every({ id: 'a', task: 'moody' })
    await rig.clock.advance(MINUTE)
    expect((await rig.only()).attempts.length).toBe(1)
  })

  it.each(['refused_by_site', 'left_authorised_origin'])('never answer %s', async (reason) => {
    const rig = await Rig.started()
    rig.moody = () => {
      throw new TaskError('The site said no.', { code: 'REFUSED', reason, retryable: true })
    }
    await rig.every(failing)
    await rig.clock.advance(MINUTE)
    expect(await rig.only()).toMatchObject({ status: 'failed', reason, error: { code: 'REFUSED' } })
  })

  it('can be forbidden by the error, and by the task', async () => {
    const rig = await Rig.started()
    rig.moody = () => {
      throw new TaskError('That is final.', { retryable: false })
    }
    await rig.every(failing)
    const asked: unknown[] = []
    rig.scheduler.registerTask('picky', () => Promise.reject(new Error('bad input')), {
      retryIf: (error, attempt) => {
        asked.push([String(error), attempt])
        return attempt < 2
      },
    })
    await rig.every({ ...failing, id: 'b', task: 'picky' })
    await rig.clock.advance(MINUTE + 10 * SECOND)
    expect(await rig.outcomes()).toEqual(['failed', 'failed'])
    expect(asked).toEqual([
      ['Error: bad input', 1],
      ['Error: bad input', 2],
    ])
  })

  it('have a policy of their own by error code, which counts apart: neither uses up the other', async () => {
    const rig = await Rig.started()
    const codes = ['NOT_READY', 'NOT_READY', 'BROKEN', 'NOT_READY', 'BROKEN']
    rig.moody = ({ attempt }) => {
      const code = codes[attempt - 1]
      if (code !== undefined) throw new TaskError('no', { code })
    }
    const retryOn = { NOT_READY: { attempts: 4, delayMs: 10 * SECOND } }
    await rig.every({ id: 'a', task: 'moody', retry: { attempts: 3, delayMs: SECOND }, retryOn }, 10 * MINUTE)
    await rig.clock.advance(10 * MINUTE)
    expect(await rig.only()).toMatchObject({ status: 'retrying', retryAt: START + 610 * SECOND })
    await rig.clock.advance(5 * MINUTE)
    const { status, attempts, retryAt } = await rig.only()
    expect({ status, retryAt }).toEqual({ status: 'success', retryAt: undefined })
    expect(attempts.map(({ startedAt }) => (startedAt - START) / SECOND - 600)).toEqual([0, 10, 30, 31, 71, 73])
  })

  it('of a code end as failed when its own attempts are used up', async () => {
    const rig = await Rig.started()
    rig.moody = () => {
      throw new TaskError('no', { code: 'NOT_READY' })
    }
    const retryOn = { NOT_READY: { attempts: 2, delayMs: SECOND } }
    await rig.every({ id: 'a', task: 'moody', retry: { attempts: 9, delayMs: SECOND }, retryOn })
    await rig.clock.advance(MINUTE + SECOND)
    const { status, attempts } = await rig.only()
    expect({ status, attempts: attempts.length }).toEqual({ status: 'failed', attempts: 2 })
  })

  it('keep the turn of their job, and give their slot to others meanwhile', async () => {
    const rig = await Rig.started({ concurrency: 1 })
    rig.moody = () => Promise.reject(new Error('no'))
    await rig.every({ ...failing, retry: { attempts: 2, delayMs: 2 * MINUTE } })
    await rig.every({ id: 'b' })
    await rig.clock.advance(2 * MINUTE)
    expect(await rig.outcomes({ jobId: 'a' })).toEqual(['retrying', 'cancelled/overlap'])
    expect(rig.noted).toEqual([60, 120])
  })
})

describe('the input', () => {
  it('is each attempt’s own: what a task does to it changes no other', async () => {
    const rig = await Rig.started()
    const seen: unknown[] = []
    rig.moody = ({ input, attempt }) => {
      const { list } = input as { list: number[] }
      list.push(attempt)
      seen.push([...list])
      if (attempt === 1) throw new Error('again')
    }
    await rig.every({ id: 'a', task: 'moody', input: { list: [0] }, retry: { attempts: 2, delayMs: 1 } })
    await rig.clock.advance(2 * MINUTE + SECOND)
    expect(seen).toEqual([
      [0, 1],
      [0, 2],
      [0, 1],
      [0, 2],
    ])
    expect(rig.scheduler.job('a')?.config.input).toEqual({ list: [0] })
  })
})

describe('a time limit', () => {
  it('aborts the signal, and the attempt has failed with reason timeout', async () => {
    const rig = await Rig.started()
    rig.moody = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await rig.every({ id: 'a', task: 'moody', timeoutMs: 5 * SECOND })
    await rig.clock.advance(MINUTE + 5 * SECOND)
    const execution = await rig.only()
    expect(execution).toMatchObject({ status: 'failed', reason: 'timeout', error: { code: 'TIMEOUT' } })
    expect(execution.endedAt).toBe(START + 65 * SECOND)
  })

  it('ends an attempt that ignores its signal after the grace, and what it does later counts no more', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', timeoutMs: 5 * SECOND, abortGraceMs: 2 * SECOND })
    await rig.clock.advance(MINUTE + 6 * SECOND)
    expect(rig.calls[0]?.context.signal.aborted).toBe(true)
    expect(await rig.outcomes()).toEqual(['running'])
    await rig.clock.advance(SECOND)
    expect(await rig.outcomes()).toEqual(['failed/timeout'])
    await rig.end(0, { result: 'too late' })
    expect(await rig.outcomes()).toEqual(['failed/timeout'])
  })

  it('a result that comes after it is a time-out all the same', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', timeoutMs: 5 * SECOND })
    await rig.clock.advance(MINUTE + 6 * SECOND)
    await rig.end(0, { result: 'late' })
    expect(await rig.outcomes()).toEqual(['failed/timeout'])
  })

  it('holds for each attempt, and each has a signal of its own', async () => {
    const rig = await Rig.started()
    await rig.every({
      id: 'a',
      task: 'work',
      timeoutMs: 5 * SECOND,
      abortGraceMs: 0,
      retry: { attempts: 2, delayMs: SECOND },
    })
    await rig.clock.advance(MINUTE + 8 * SECOND)
    expect(rig.calls.map(({ context }) => context.signal.aborted)).toEqual([true, false])
    await rig.end(1)
    expect(await rig.outcomes()).toEqual(['success'])
    expect(rig.clock.armed).toBe(1)
  })
})

describe('cancelling', () => {
  it('aborts a running execution and resolves when its end is stored', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', retry: { attempts: 3 } })
    const { id } = await rig.scheduler.runNow('a')
    const cancelled = rig.scheduler.cancel(id, 'operator')
    rig.calls[0]?.fail(rig.calls[0].context.signal.reason)
    expect(await cancelled).toBe(true)
    expect(await rig.scheduler.settled(id)).toMatchObject({
      status: 'cancelled',
      reason: 'operator',
      error: { code: 'CANCELLED' },
    })
    expect(rig.calls.length).toBe(1)
  })

  it('gives up a task that ignores it after the grace', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', abortGraceMs: SECOND })
    const { id } = await rig.scheduler.runNow('a')
    const cancelled = rig.scheduler.cancel(id)
    await rig.clock.advance(SECOND)
    expect(await cancelled).toBe(true)
    expect(rig.scheduler.job('a')?.active).toBe(0)
  })

  it('ends one that waits for a retry, for its turn or for a slot at once', async () => {
    const rig = await Rig.started({ concurrency: 1 })
    rig.moody = () => Promise.reject(new Error('no'))
    await rig.every({ id: 'retries', task: 'moody', retry: { attempts: 2 } })
    await rig.every({ id: 'queues', task: 'work', overlap: 'queue' })
    await rig.every({ id: 'slot', task: 'work' })
    const retrying = await rig.scheduler.runNow('retries')
    await rig.settle()
    const running = await rig.scheduler.runNow('queues')
    const queued = await rig.scheduler.runNow('queues')
    const waiting = await rig.scheduler.runNow('slot')
    for (const { id } of [retrying, queued, waiting]) expect(await rig.scheduler.cancel(id)).toBe(true)
    expect(rig.calls.length).toBe(1)
    await rig.end(0)
    expect((await rig.scheduler.settled(running.id)).status).toBe('success')
    expect(rig.scheduler.jobs().map(({ active }) => active)).toEqual([0, 0, 0])
  })

  it('says false where there is nothing to cancel', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' })
    const { id } = await rig.scheduler.runNow('a')
    await rig.scheduler.settled(id)
    expect(await rig.scheduler.cancel(id)).toBe(false)
    expect(await rig.scheduler.cancel('nobody')).toBe(false)
  })
})
