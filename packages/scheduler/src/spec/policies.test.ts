import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE, Rig, SECOND, START } from './rig.ts'

describe('overlap', () => {
  it('skip, the default: a firing that finds its job busy is recorded as cancelled', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work' })
    await rig.clock.advance(3 * MINUTE)
    await rig.end(0)
    await rig.clock.advance(MINUTE)
    expect(await rig.outcomes()).toEqual(['success', 'cancelled/overlap', 'cancelled/overlap', 'running'])
  })

  it('queue: one waits for its turn, claimed but not begun; further ones are skipped', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', overlap: 'queue' })
    await rig.clock.advance(3 * MINUTE)
    expect(await rig.outcomes()).toEqual(['running', 'running', 'cancelled/overlap'])
    expect((await rig.scheduler.history({ status: 'running' })).map(({ attempts }) => attempts.length)).toEqual([0, 1])
    await rig.end(0)
    expect(rig.calls.length).toBe(2)
    await rig.end(1)
    expect(await rig.outcomes()).toEqual(['success', 'success', 'cancelled/overlap'])
  })

  it('queue: as many as its limit, in order', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', overlap: 'queue', queueLimit: 2 })
    await rig.clock.advance(4 * MINUTE)
    for (const n of [0, 1, 2]) await rig.end(n)
    expect(rig.calls.map(({ context }) => (context.execution.scheduledAt - START) / MINUTE)).toEqual([1, 2, 3])
    expect(await rig.outcomes()).toEqual(['success', 'success', 'success', 'cancelled/overlap'])
  })

  it('allow: they run side by side', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', overlap: 'allow' })
    await rig.clock.advance(3 * MINUTE)
    expect(rig.calls.length).toBe(3)
    expect(rig.scheduler.job('a')?.active).toBe(3)
  })

  it('a cancelled one that waited does not let the next start beside the one that runs', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', overlap: 'queue', queueLimit: 2 })
    await rig.clock.advance(3 * MINUTE)
    const [, second] = await rig.scheduler.history()
    await rig.scheduler.cancel(second?.id ?? '')
    await rig.settle()
    expect(rig.calls.length).toBe(1)
    await rig.end(0)
    expect(rig.calls.length).toBe(2)
  })
})

describe('concurrency', () => {
  it('of the scheduler: what waits starts in order as others end', async () => {
    const rig = await Rig.started({ concurrency: 2 })
    for (const id of ['a', 'b', 'c', 'd']) await rig.every({ id, task: 'work' })
    await rig.clock.advance(MINUTE)
    expect(rig.calls.map(({ context }) => context.execution.jobId)).toEqual(['a', 'b'])
    await rig.end(1)
    await rig.end(0)
    expect(rig.calls.map(({ context }) => context.execution.jobId)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('of a key: jobs that share it wait for each other, others do not', async () => {
    const rig = await Rig.started({ concurrency: { perKey: 1 } })
    await rig.every({ id: 'a', task: 'work', concurrencyKey: 'db' })
    await rig.every({ id: 'b', task: 'work', concurrencyKey: 'db' })
    await rig.every({ id: 'c', task: 'work', concurrencyKey: 'web' })
    await rig.clock.advance(MINUTE)
    expect(rig.calls.map(({ context }) => context.execution.jobId)).toEqual(['a', 'c'])
    await rig.end(0)
    expect(rig.calls.map(({ context }) => context.execution.jobId)).toEqual(['a', 'c', 'b'])
  })

  it('a firing that waited is late by as much', async () => {
    const rig = await Rig.started({ concurrency: 1 })
    await rig.every({ id: 'a', task: 'work' })
    await rig.every({ id: 'b', task: 'work' })
    await rig.clock.advance(MINUTE + 7 * SECOND)
    await rig.end(0)
    await rig.end(1)
    expect(rig.scheduler.statistics('b').lateness.maxMs).toBe(7 * SECOND)
  })
})

describe('misfires, after the scheduler was asleep or stopped', () => {
  it('once, the default: one firing makes up for all', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' }, 10 * MINUTE)
    await rig.clock.jumpTo(START + 65 * MINUTE)
    await rig.settle()
    expect(rig.noted).toEqual([65 * 60])
    expect((await rig.only()).scheduledAt).toBe(START + HOUR)
    await rig.clock.advance(5 * MINUTE)
    expect(rig.noted).toEqual([65 * 60, 70 * 60])
  })

  it('skip: each is recorded as missed', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', misfire: 'skip' }, 10 * MINUTE)
    await rig.clock.jumpTo(START + 35 * MINUTE)
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['cancelled/missed', 'cancelled/missed', 'cancelled/missed'])
    await rig.clock.advance(5 * MINUTE)
    expect(rig.noted).toEqual([40 * 60])
  })

  it('all: each fires, one after the other, up to the limit', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', misfire: 'all', misfireLimit: 3 }, 10 * MINUTE)
    await rig.clock.jumpTo(START + 65 * MINUTE)
    await rig.settle()
    for (const n of [0, 1, 2]) await rig.end(n)
    expect(rig.calls.map(({ context }) => (context.execution.scheduledAt - START) / MINUTE)).toEqual([40, 50, 60])
    expect(await rig.outcomes()).toEqual(['success', 'success', 'success'])
  })

  it('a firing within the grace is merely late', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', misfire: 'skip' }, 10 * MINUTE)
    await rig.clock.jumpTo(START + 10 * MINUTE + 59 * SECOND)
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['success'])
    expect(rig.scheduler.statistics().lateness.maxMs).toBe(59 * SECOND)
  })

  it('the grace is the job’s', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', misfire: 'skip', misfireGraceMs: HOUR }, 10 * MINUTE)
    await rig.clock.jumpTo(START + 45 * MINUTE)
    await rig.settle()
    expect(await rig.outcomes()).not.toContain('cancelled/missed')
  })

  it.each([
    ['once', [80, 90]],
    ['skip', [90]],
    ['all', [80, 80, 90]],
  ] as const)('hold over a restart: %s', async (misfire, minutes) => {
    const first = await Rig.started()
    await first.every({ id: 'a', misfire }, 30 * MINUTE)
    await first.clock.advance(5 * MINUTE)
    await first.scheduler.stop()
    await first.clock.advance(75 * MINUTE)
    const second = await Rig.started({ clock: first.clock, store: first.store })
    await second.clock.advance(15 * MINUTE)
    expect(first.noted).toEqual([])
    expect(second.noted.map((at) => at / 60)).toEqual(minutes)
  })

  it('are told by an event', async () => {
    const rig = await Rig.started()
    const told: unknown[] = []
    rig.scheduler.on('job:missed', (missed) => told.push(missed))
    await rig.every({ id: 'a', misfire: 'all', misfireLimit: 2 }, MINUTE)
    await rig.clock.jumpTo(START + HOUR)
    expect(told).toEqual([
      { jobId: 'a', first: START + MINUTE, last: START + HOUR, policy: 'all', firing: 2, recorded: 0 },
    ])
  })
})

describe('a clock that is set', () => {
  it('back: what has fired does not fire again, the next due time stays', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' })
    await rig.clock.advance(2 * MINUTE)
    await rig.clock.jumpTo(START + 30 * SECOND)
    await rig.clock.advance(2 * MINUTE)
    expect(rig.noted).toEqual([60, 120])
    await rig.clock.advance(30 * SECOND)
    expect(rig.noted).toEqual([60, 120, 180])
  })

  it('back, and the scheduler restarted meanwhile: neither', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' })
    await rig.clock.advance(2 * MINUTE)
    await rig.scheduler.stop()
    await rig.clock.jumpTo(START + 30 * SECOND)
    const again = await Rig.started({ clock: rig.clock, store: rig.store })
    await again.clock.advance(150 * SECOND)
    expect(again.noted).toEqual([180])
  })

  it('forth: due times that were jumped over follow the misfire policy', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', misfire: 'skip' })
    await rig.clock.jumpTo(START + 24 * HOUR + 30 * SECOND)
    await rig.settle()
    expect(rig.noted).toEqual([24 * 3600 + 30])
    expect((await rig.outcomes()).filter((outcome) => outcome === 'cancelled/missed').length).toBe(99)
  })
})
