import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryExecutionStore } from '../memory-store.ts'
import type { ExecutionRecord, ScheduleConfig } from '../types.ts'
import { MINUTE, Rig, SECOND } from './rig.ts'

const IDS = ['a', 'b', 'c']
const CONCURRENCY = 2

const policies = fc.record(
  {
    overlap: fc.constantFrom('skip' as const, 'queue' as const, 'allow' as const),
    queueLimit: fc.integer({ min: 1, max: 3 }),
    misfire: fc.constantFrom('skip' as const, 'once' as const, 'all' as const),
    misfireLimit: fc.integer({ min: 1, max: 5 }),
    retry: fc.record({ attempts: fc.integer({ min: 1, max: 3 }), delayMs: fc.integer({ min: 0, max: 90_000 }) }),
    timeoutMs: fc.integer({ min: 1, max: 120_000 }),
    abortGraceMs: fc.integer({ min: 0, max: 10_000 }),
    concurrencyKey: fc.constantFrom('x', 'y'),
  },
  { requiredKeys: [] },
)

const id = fc.constantFrom(...IDS)
const step = fc.oneof(
  fc.record({ do: fc.constant('replace' as const), id, policies, everyMs: fc.integer({ min: 5000, max: 200_000 }) }),
  fc.record({ do: fc.constantFrom('remove' as const, 'pause' as const, 'resume' as const, 'runNow' as const), id }),
  fc.record({ do: fc.constantFrom('advance' as const, 'sleep' as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
  fc.record({ do: fc.constantFrom('succeed' as const, 'fail' as const, 'cancel' as const), nth: fc.nat(10) }),
  fc.record({ do: fc.constant('restart' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Whatever is done, in whatever order: what may be refused is refused, and the laws below hold. */
async function take(rig: Rig, action: Step): Promise<void> {
  const { scheduler, clock } = rig
  const known = 'id' in action && scheduler.job(action.id) !== undefined
  switch (action.do) {
    case 'replace': {
      const config: ScheduleConfig = {
        id: action.id,
        task: 'work',
        triggers: { type: 'interval', everyMs: action.everyMs },
        ...action.policies,
      }
      await scheduler.replace(config)
      break
    }
    case 'advance':
      await clock.advance(action.ms)
      break
    case 'sleep':
      await clock.jumpTo(clock.now() + action.ms)
      break
    case 'succeed':
      rig.calls.at(-1 - action.nth)?.succeed()
      break
    case 'fail':
      rig.calls.at(-1 - action.nth)?.fail(new Error('no'))
      break
    case 'cancel': {
      const running = (await rig.store.unfinished())[action.nth]
      if (running !== undefined) void scheduler.cancel(running.id)
      break
    }
    case 'restart': {
      const stopped = scheduler.stop({ timeoutMs: SECOND })
      await clock.advance(MINUTE)
      await stopped
      expect(await rig.store.unfinished()).toEqual([])
      await scheduler.start()
      break
    }
    default:
      if (known) await scheduler[action.do](action.id)
      else await expect(scheduler[action.do](action.id)).rejects.toMatchObject({ code: 'UNKNOWN_JOB' })
  }
  await rig.settle()
}

const isOver = ({ status }: ExecutionRecord): boolean => status !== 'running' && status !== 'retrying'
const runs = ({ status, attempts }: ExecutionRecord): boolean => status === 'running' && attempts.length > 0

function laws(executions: readonly ExecutionRecord[], rig: Rig): void {
  const firings = executions.map(({ jobId, scheduledAt }) => `${jobId} ${scheduledAt}`)
  expect(new Set(firings).size).toBe(firings.length)
  expect(executions.filter(runs).length).toBeLessThanOrEqual(CONCURRENCY)
  for (const execution of executions) {
    const { attempts, claimedAt, scheduledAt, endedAt, status, reason } = execution
    expect(endedAt !== undefined).toBe(isOver(execution))
    expect(claimedAt).toBeGreaterThanOrEqual(scheduledAt)
    expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, at) => at + 1))
    // All attempts but the one that runs have ended, none before it began, none begun before the one before it ended.
    for (const [at, attempt] of attempts.entries()) {
      expect(attempt.endedAt === undefined).toBe(runs(execution) && at === attempts.length - 1)
      expect(attempt.startedAt).toBeGreaterThanOrEqual(attempts[at - 1]?.endedAt ?? claimedAt)
      expect(attempt.endedAt ?? attempt.startedAt).toBeGreaterThanOrEqual(attempt.startedAt)
    }
    if (status === 'success') expect(attempts.at(-1)?.error).toBe(undefined)
    if (reason === 'missed' || reason === 'overlap') expect(attempts).toEqual([])
  }
  for (const job of rig.scheduler.jobs()) {
    const unfinished = executions.filter((execution) => execution.jobId === job.config.id && !isOver(execution))
    // A removed job of the same id may have left some that this one does not count.
    expect(job.active).toBeLessThanOrEqual(unfinished.length)
    if (job.config.paused === true) expect(job.nextAt).toBe(undefined)
    else expect(job.nextAt).toBeGreaterThan(rig.clock.now())
  }
  const { total, success, failure, cancelled } = rig.scheduler.statistics()
  expect(total).toBe(executions.filter(isOver).length)
  expect([success, failure, cancelled]).toEqual(
    ['success', 'failed', 'cancelled'].map((is) => executions.filter(({ status }) => status === is).length),
  )
}

describe('whatever is done to a scheduler, in whatever order', () => {
  it('its records agree with each other, with its jobs, its limits and its statistics', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const rig = await Rig.started({
          concurrency: { total: CONCURRENCY, perKey: 1 },
          store: new MemoryExecutionStore({ maxExecutions: 1_000_000 }),
        })
        rig.scheduler.on('scheduler:listener-failed', ({ error }) => expect.unreachable(String(error)))
        for (const action of steps) {
          await take(rig, action)
          laws(await rig.scheduler.history({ limit: 1_000_000 }), rig)
        }
        const stopped = rig.scheduler.stop({ timeoutMs: 0 })
        await rig.clock.advance(MINUTE)
        await stopped
        expect(await rig.store.unfinished()).toEqual([])
        expect(rig.clock.armed).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
