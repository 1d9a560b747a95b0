import { describe, expect, it } from 'vitest'
import type { SchedulerEvent } from '../events.ts'
import { MemoryExecutionStore } from '../memory-store.ts'
import { MINUTE, Rig, SECOND, START } from './rig.ts'

describe('a task that behaves badly is a recorded failure, and the scheduler lives on', () => {
  const unreadable = {
    get message(): string {
      throw new Error('no message for you')
    },
  }

  it.each<[string, () => unknown, string, string]>([
    [
      'throws at once',
      () => {
        throw new Error('at once')
      },
      'TASK_FAILED',
      'at once',
    ],
    ['rejects with undefined', () => Promise.reject(undefined), 'TASK_FAILED', 'The task threw undefined.'],
    [
      'throws a text',
      () => {
        throw 'text'
      },
      'TASK_FAILED',
      'The task threw text.',
    ],
    [
      'throws null',
      () => {
        throw null
      },
      'TASK_FAILED',
      'The task threw null.',
    ],
    [
      'throws a symbol',
      () => {
        throw Symbol('s')
      },
      'TASK_FAILED',
      'The task threw Symbol(s).',
    ],
    [
      'throws an object without a prototype',
      () => {
        throw Object.create(null)
      },
      'TASK_FAILED',
      'The task threw something that cannot be read.',
    ],
    [
      'throws what cannot even be asked what it is',
      () => {
        throw new Proxy(
          {},
          {
            getPrototypeOf: () => {
              throw new Error('none of yours')
            },
          },
        )
      },
      'TASK_FAILED',
      'The task threw something that cannot be read.',
    ],
    [
      'throws what cannot be read',
      () => {
        throw unreadable
      },
      'TASK_FAILED',
      'The task threw something that cannot be read.',
    ],
    [
      'throws 10 MB',
      () => {
        throw Object.assign(new Error('x'.repeat(10_000_000)), { code: 'y'.repeat(1000) })
      },
      'y'.repeat(128),
      'x'.repeat(4096),
    ],
  ])('%s', async (_what, behave, code, message) => {
    const rig = await Rig.started()
    rig.moody = behave
    await rig.every({ id: 'a', task: 'moody' })
    await rig.every({ id: 'b' })
    await rig.clock.advance(MINUTE)
    expect((await rig.scheduler.history({ jobId: 'a' }))[0]).toMatchObject({
      status: 'failed',
      error: { code, message },
    })
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([60, 120])
  })

  it.each<[string, unknown, unknown]>([
    ['a function', () => 1, undefined],
    [
      'a cycle',
      (() => {
        const cycle: Record<string, unknown> = {}
        cycle.self = cycle
        return cycle
      })(),
      undefined,
    ],
    ['a bigint', 1n, undefined],
    ['a date', new Date(START), '2026-01-01T00:00:00.000Z'],
    ['null', null, null],
    [
      'something that has no JSON',
      {
        toJSON: () => {
          throw new Error('no')
        },
      },
      undefined,
    ],
  ])('a result that is %s is kept as far as JSON can', async (_what, result, kept) => {
    const rig = await Rig.started()
    rig.moody = () => result
    await rig.every({ id: 'a', task: 'moody' })
    await rig.clock.advance(MINUTE)
    const execution = await rig.only()
    expect(execution.status).toBe('success')
    expect(execution.result).toEqual(kept)
  })

  it('a task that never settles keeps only its own job busy', async () => {
    const rig = await Rig.started()
    rig.moody = () => new Promise(() => {})
    await rig.every({ id: 'a', task: 'moody' })
    await rig.every({ id: 'b' })
    await rig.clock.advance(3 * MINUTE)
    expect(rig.noted.length).toBe(3)
    expect(await rig.outcomes({ jobId: 'a' })).toEqual(['running', 'cancelled/overlap', 'cancelled/overlap'])
  })

  it('a retryIf that throws forbids the retry', async () => {
    const rig = await Rig.started()
    rig.scheduler.registerTask('odd', () => Promise.reject(new Error('no')), {
      retryIf: () => {
        throw new Error('odd')
      },
    })
    await rig.every({ id: 'a', task: 'odd', retry: { attempts: 3 } })
    await rig.clock.advance(MINUTE)
    expect(await rig.outcomes()).toEqual(['failed'])
  })
})

describe('callbacks and events', () => {
  it('tell success and failure, of the scheduler and of the task, once each', async () => {
    const told: string[] = []
    const rig = await Rig.started({
      onSuccess: ({ jobId }) => told.push(`success of ${jobId}`),
      onFailure: ({ jobId, error }) => told.push(`failure of ${jobId}: ${error?.message}`),
    })
    let fails = true
    const callbacks = { onSuccess: () => told.push('task success'), onFailure: () => told.push('task failure') }
    rig.scheduler.registerTask('own', () => (fails ? Promise.reject(new Error('no')) : 1), callbacks)
    await rig.every({ id: 'a', task: 'own', retry: { attempts: 2 } })
    await rig.clock.advance(MINUTE + SECOND)
    fails = false
    await rig.clock.advance(MINUTE)
    expect(told.sort()).toEqual(['failure of a: no', 'success of a', 'task failure', 'task success'])
  })

  it('tell the whole life of an execution, in order', async () => {
    const rig = await Rig.started()
    const told: SchedulerEvent[] = []
    const all: SchedulerEvent[] = [
      'job:added',
      'job:fired',
      'execution:started',
      'execution:attempt-started',
      'execution:attempt-ended',
      'execution:retrying',
      'execution:ended',
      'job:removed',
    ]
    for (const event of all) rig.scheduler.on(event, () => told.push(event))
    rig.moody = ({ attempt }) => {
      if (attempt === 1) throw new Error('no')
    }
    await rig.scheduler.add({ id: 'a', task: 'moody', triggers: { type: 'at', at: START }, retry: { attempts: 2 } })
    await rig.clock.advance(MINUTE)
    expect(told).toEqual([
      'job:added',
      'job:fired',
      'execution:started',
      'execution:attempt-started',
      'execution:attempt-ended',
      'execution:retrying',
      'execution:attempt-started',
      'execution:attempt-ended',
      'execution:ended',
      'job:removed',
    ])
  })

  it('that throw or reject harm nothing, and are reported themselves', async () => {
    const boom = (): never => {
      throw new Error('boom')
    }
    const rig = await Rig.started({ onSuccess: boom, onFailure: () => Promise.reject(new Error('later')) })
    const failed: string[] = []
    rig.scheduler.on('scheduler:listener-failed', ({ event }) => failed.push(event))
    rig.scheduler.on('scheduler:listener-failed', boom)
    rig.scheduler.on('job:fired', boom)
    await rig.every({ id: 'a' })
    await rig.clock.advance(2 * MINUTE)
    expect(rig.noted).toEqual([60, 120])
    expect(failed).toEqual(['job:fired', 'execution:ended', 'job:fired', 'execution:ended'])
  })

  it('stop when they are taken back, during an event too', async () => {
    const rig = await Rig.started()
    let told = 0
    const off = rig.scheduler.on('job:fired', () => {
      told++
      off()
    })
    await rig.every({ id: 'a' })
    await rig.clock.advance(3 * MINUTE)
    expect(told).toBe(1)
  })
})

describe('a store that fails', () => {
  class Failing extends MemoryExecutionStore {
    failing: 'claim' | 'update' | undefined
    /** Only the n-th claim fails. */
    nth: number | undefined
    slow: Promise<void> | undefined
    override async claim(...args: Parameters<MemoryExecutionStore['claim']>): Promise<boolean> {
      await this.slow
      const fails = this.failing === 'claim' && (this.nth === undefined || this.nth-- === 1)
      return fails ? Promise.reject(new Error('disk full')) : super.claim(...args)
    }
    override claimAll(
      ...args: Parameters<MemoryExecutionStore['claimAll']>
    ): ReturnType<MemoryExecutionStore['claimAll']> {
      return this.failing === 'claim' ? Promise.reject(new Error('disk full')) : super.claimAll(...args)
    }
    override update(...args: Parameters<MemoryExecutionStore['update']>): Promise<void> {
      return this.failing === 'update' ? Promise.reject(new Error('disk full')) : super.update(...args)
    }
  }

  it('at a claim: the task does not start, the firing is tried again and not lost', async () => {
    const store = new Failing()
    const rig = await Rig.started({ store })
    const failures: string[] = []
    rig.scheduler.on('scheduler:store-failed', ({ operation }) => failures.push(operation))
    await rig.every({ id: 'a' })
    await rig.scheduler.add({ id: 'b', task: 'note', triggers: { type: 'at', at: START + MINUTE } })
    store.failing = 'claim'
    await rig.clock.advance(MINUTE + 2 * SECOND)
    expect(rig.noted).toEqual([])
    expect(failures.length).toBeGreaterThanOrEqual(3)
    store.failing = undefined
    await rig.clock.advance(SECOND)
    expect(rig.noted.length).toBe(2)
    expect((await rig.scheduler.history()).map(({ scheduledAt }) => scheduledAt)).toEqual([
      START + MINUTE,
      START + MINUTE,
    ])
  })

  it('at a claim, for longer than the grace: the misfire policy decides', async () => {
    const store = new Failing()
    const rig = await Rig.started({ store })
    await rig.every({ id: 'a', misfire: 'skip' })
    store.failing = 'claim'
    await rig.clock.advance(150 * SECOND)
    store.failing = undefined
    await rig.clock.advance(2 * SECOND)
    expect(await rig.outcomes()).toEqual(['cancelled/missed', 'success'])
  })

  it('at one of many claims: none after it is made, so that a crash loses none', async () => {
    const store = new Failing()
    const rig = await Rig.started({ store })
    await rig.every({ id: 'a', misfire: 'all' })
    store.failing = 'claim'
    store.nth = 3
    await rig.clock.jumpTo(START + 5 * MINUTE)
    await rig.scheduler.stop()
    expect(await rig.store.listJobs()).toMatchObject([{ lastScheduledAt: START + 2 * MINUTE }])
    store.failing = undefined
    const second = await Rig.started({ store, clock: rig.clock })
    await second.settle()
    const due = (await second.scheduler.history()).map(({ scheduledAt }) => (scheduledAt - START) / MINUTE)
    expect(due.sort()).toEqual([1, 2, 3, 4, 5])
  })

  it('at a claim that took longer than the next one was away: they are made in order', async () => {
    const store = new Failing()
    const rig = await Rig.started({ store })
    await rig.every({ id: 'a', misfire: 'all' })
    const { promise, reject } = Promise.withResolvers<void>()
    store.slow = promise
    await rig.clock.advance(MINUTE)
    store.slow = undefined
    await rig.clock.advance(MINUTE)
    expect(await rig.outcomes()).toEqual([])
    reject(new Error('disk full'))
    await rig.clock.advance(SECOND)
    expect((await rig.scheduler.history()).map(({ scheduledAt }) => (scheduledAt - START) / MINUTE)).toEqual([2, 1])
  })

  it('at the end of an execution: its end is written when the store is back', async () => {
    const store = new Failing()
    const rig = await Rig.started({ store })
    await rig.every({ id: 'a', task: 'work' })
    await rig.clock.advance(MINUTE)
    store.failing = 'update'
    await rig.end(0)
    expect(await rig.outcomes()).toEqual(['running'])
    store.failing = undefined
    await rig.clock.advance(SECOND)
    expect(await rig.outcomes()).toEqual(['success'])
  })

  it('at the start: the start fails, and can be tried again', async () => {
    const rig = new Rig()
    const { listJobs } = rig.store
    rig.store.listJobs = () => Promise.reject(new Error('locked'))
    await expect(rig.scheduler.start()).rejects.toThrow('locked')
    rig.store.listJobs = listJobs
    await rig.scheduler.start()
    await rig.every({ id: 'a' })
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([60])
  })
})

describe('unknown executions', () => {
  it('have no end to wait for', async () => {
    const rig = await Rig.started()
    await expect(rig.scheduler.settled('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_EXECUTION' })
  })
})
