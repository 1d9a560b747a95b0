import { describe, expect, it } from 'vitest'
import type { ScheduleConfig } from '../types.ts'
import { codeOf, HOUR, MINUTE, Rig, START } from './rig.ts'

const good: ScheduleConfig = { id: 'a', task: 'note', triggers: { type: 'interval', everyMs: MINUTE } }

describe('a stored job whose task is missing', () => {
  it('is kept, reported and not fired; registering the task brings it to life', async () => {
    const rig = new Rig()
    await rig.store.saveJob({ config: { ...good, task: 'later' }, createdAt: START })
    const told: unknown[] = []
    rig.scheduler.on('job:task-missing', (missing) => told.push(missing))
    await rig.scheduler.start()
    await rig.clock.advance(HOUR)
    expect(told).toEqual([{ jobId: 'a', task: 'later' }])
    expect(rig.scheduler.jobs()).toMatchObject([{ taskMissing: true }])
    expect(await rig.outcomes()).toEqual([])
    rig.scheduler.registerTask('later', () => undefined)
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['success'])
  })

  it('a task is registered once', async () => {
    expect(await codeOf(() => new Rig().scheduler.registerTask('note', () => 1))).toBe('DUPLICATE_TASK')
  })
})

describe('a stored job whose triggers cannot be read here', () => {
  it('is kept and reported, holds up no other, and lives again with triggers that can be', async () => {
    const rig = new Rig()
    const triggers = { type: 'cron', expression: '* * * * *', timeZone: 'Mars/Olympus' } as const
    await rig.store.saveJob({ config: { ...good, triggers }, createdAt: START })
    await rig.store.saveJob({ config: { ...good, id: 'b' }, createdAt: START })
    const told: unknown[] = []
    rig.scheduler.on('job:stuck', (stuck) => told.push(stuck))
    await rig.scheduler.start()
    await rig.clock.advance(MINUTE)
    expect(told).toEqual([{ jobId: 'a', error: expect.objectContaining({ code: 'UNKNOWN_TIME_ZONE' }) }])
    expect(await rig.outcomes({ jobId: 'b' })).toEqual(['success'])
    expect(rig.scheduler.job('a')?.config.triggers).toEqual(triggers)
    expect(await codeOf(rig.scheduler.replace({ ...good, triggers }))).toBe('UNKNOWN_TIME_ZONE')
    await rig.scheduler.replace({ ...good, triggers: { type: 'at', at: START + HOUR } })
    await rig.clock.advance(HOUR)
    expect(await rig.outcomes({ jobId: 'a' })).toEqual(['success'])
    expect(rig.scheduler.job('a')).toBe(undefined)
  })
})
