import { describe, expect, it } from 'vitest'
import type { ScheduleConfig } from '../types.ts'
import { HOUR, MINUTE, Rig, START } from './rig.ts'

const good: ScheduleConfig = { id: 'a', task: 'note', triggers: { type: 'interval', everyMs: MINUTE } }

describe('changes of one job at the same time', () => {
  it('happen one after the other, in memory and in the store alike', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await Promise.all([
      rig.scheduler.pause('a'),
      rig.scheduler.replace({ ...good, task: 'work' }),
      rig.scheduler.remove('a'),
      rig.scheduler.add({ ...good, task: 'moody' }),
      rig.scheduler.pause('a'),
    ])
    const [stored] = await rig.store.listJobs()
    expect(stored?.config).toMatchObject({ task: 'moody', paused: true })
    expect(rig.scheduler.job('a')?.config).toEqual(stored?.config)
  })

  it('a one-shot that is replaced while its execution ends goes on as what it is now', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({ id: 'a', task: 'work', triggers: { type: 'at', at: START + MINUTE } })
    await rig.clock.advance(MINUTE)
    const { saveJob } = rig.store
    const { promise: saved, resolve: save } = Promise.withResolvers<void>()
    rig.store.saveJob = (job) => saved.then(() => saveJob.call(rig.store, job))
    const replaced = rig.scheduler.replace(good)
    rig.calls[0]?.succeed()
    await rig.clock.advance(0)
    save()
    await replaced
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([2 * 60])
    expect((await rig.store.listJobs()).map(({ config }) => config)).toEqual([good])
    expect(rig.scheduler.job('a')?.config).toEqual(good)
  })

  it('pausing or resuming all passes over a job that is removed meanwhile', async () => {
    const rig = await Rig.started()
    for (const id of ['a', 'b', 'c']) await rig.every({ id })
    await Promise.all([rig.scheduler.remove('a'), rig.scheduler.pauseAll()])
    expect(rig.scheduler.jobs().map(({ config: { id, paused } }) => [id, paused])).toEqual([
      ['b', true],
      ['c', true],
    ])
    await Promise.all([rig.scheduler.remove('b'), rig.scheduler.resumeAll()])
    await rig.clock.advance(HOUR)
    expect(await rig.outcomes({ jobId: 'c', limit: 1 })).toEqual(['success'])
  })

  it('one that is being added when the scheduler is started again is there once', async () => {
    const rig = await Rig.started()
    const { saveJob } = rig.store
    const { promise: saved, resolve: save } = Promise.withResolvers<void>()
    rig.store.saveJob = (job) => saveJob.call(rig.store, job).then(() => saved)
    const added = rig.scheduler.add(good)
    await rig.settle()
    await rig.scheduler.stop()
    const started = rig.scheduler.start()
    await rig.settle()
    save()
    await Promise.all([added, started])
    await rig.scheduler.remove('a')
    expect(rig.clock.armed).toBe(0)
  })
})
