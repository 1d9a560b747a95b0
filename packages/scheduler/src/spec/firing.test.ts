import { describe, expect, it } from 'vitest'
import { codeOf, HOUR, MINUTE, Rig, SECOND, START } from './rig.ts'

describe('a job', () => {
  it('fires at its times, neither early nor late', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({ id: 'a', task: 'note', triggers: { type: 'cron', expression: '*/20 * * * * *' } })
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([20, 40, 60])
  })

  it('fires on all of its triggers, and once where they agree', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({
      id: 'a',
      task: 'note',
      triggers: [
        { type: 'cron', expression: '*/30 * * * * *' },
        { type: 'interval', everyMs: 20 * SECOND },
        { type: 'at', at: START + 5 * SECOND },
      ],
    })
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([5, 20, 30, 40, 60])
  })

  it('reads cron in the zone of its trigger, or else of the scheduler', async () => {
    const rig = await Rig.started({ timeZone: 'Asia/Kolkata' })
    await rig.scheduler.add({
      id: 'own',
      task: 'note',
      triggers: { type: 'cron', expression: '0 9 * * *', timeZone: 'Asia/Tokyo' },
    })
    await rig.scheduler.add({ id: 'default', task: 'note', triggers: { type: 'cron', expression: '0 9 * * *' } })
    expect(rig.scheduler.nextRuns('own', 1)).toEqual([START + 24 * HOUR])
    expect(rig.scheduler.nextRuns('default', 1)).toEqual([START + 3.5 * HOUR])
  })

  it('says when it is due next, and how many of its executions are not over', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work' })
    expect(rig.scheduler.job('a')).toMatchObject({ nextAt: START + MINUTE, active: 0, taskMissing: false })
    await rig.clock.advance(MINUTE)
    expect(rig.scheduler.job('a')).toMatchObject({
      nextAt: START + 2 * MINUTE,
      active: 1,
      lastScheduledAt: START + MINUTE,
    })
    expect(rig.scheduler.nextRuns('a', 2)).toEqual([START + 2 * MINUTE, START + 3 * MINUTE])
  })

  it('is put off by its jitter, while its due times stay exact', async () => {
    const rig = await Rig.started({ random: () => 0.5 })
    await rig.scheduler.add({
      id: 'a',
      task: 'note',
      triggers: { type: 'interval', everyMs: MINUTE, jitterMs: 10 * SECOND },
    })
    await rig.clock.advance(3 * MINUTE)
    expect(rig.noted).toEqual([65, 125])
    const [last] = await rig.scheduler.history()
    expect(last?.scheduledAt).toBe(START + 2 * MINUTE)
    expect(rig.scheduler.statistics().lateness.maxMs).toBe(0)
  })

  it('keeps the order of its firings where its jitter is longer than its interval', async () => {
    const draws = [0.9, 0.1, 0.5]
    const rig = await Rig.started({ random: () => draws.shift() ?? 0 })
    await rig.every({ id: 'a', triggers: { type: 'interval', everyMs: MINUTE, jitterMs: 10 * MINUTE } })
    await rig.clock.advance(10 * MINUTE)
    expect(rig.noted.slice(0, 3)).toEqual([600, 600, 600])
    const records = await rig.scheduler.history()
    expect(records.map(({ scheduledAt, status }) => [(scheduledAt - START) / MINUTE, status]).slice(-3)).toEqual([
      [3, 'success'],
      [2, 'success'],
      [1, 'success'],
    ])
    expect(rig.scheduler.statistics().lateness.maxMs).toBeLessThanOrEqual(0)
  })

  it('loses no firing that is put off, neither to the end of another nor to a `runNow` and a crash', async () => {
    const rig = await Rig.started({ random: () => 0.99 })
    const ofCron = { type: 'cron', expression: '5 * * * *', jitterMs: 10 * MINUTE } as const
    const ofEnd = { type: 'interval', everyMs: 4 * MINUTE, from: 'last-end' } as const
    await rig.scheduler.add({ id: 'a', task: 'work', triggers: [ofCron, ofEnd] })
    await rig.clock.advance(6 * MINUTE)
    await rig.end(0)
    await rig.scheduler.runNow('a')
    await rig.end(1)
    const crashed = await Rig.started({ store: rig.store, clock: rig.clock })
    await crashed.clock.advance(10 * MINUTE)
    const due = (await crashed.scheduler.history()).map(({ scheduledAt }) => (scheduledAt - START) / MINUTE)
    expect(due).toContain(5)
  })

  it('can count its interval from the end of its last execution', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({
      id: 'a',
      task: 'work',
      triggers: { type: 'interval', everyMs: MINUTE, from: 'last-end' },
    })
    await rig.clock.advance(MINUTE)
    await rig.clock.advance(5 * MINUTE)
    expect(rig.calls.length).toBe(1)
    await rig.end(0)
    expect(rig.scheduler.job('a')?.nextAt).toBe(rig.clock.now() + MINUTE)
    await rig.clock.advance(MINUTE)
    expect(rig.calls.length).toBe(2)
    expect(await rig.outcomes()).toEqual(['success', 'running'])
  })

  it('goes on counting from the last end after a restart', async () => {
    const first = await Rig.started()
    await first.scheduler.add({
      id: 'a',
      task: 'note',
      triggers: { type: 'interval', everyMs: HOUR, from: 'last-end' },
    })
    await first.clock.advance(HOUR)
    await first.scheduler.stop()
    await first.clock.advance(20 * MINUTE)
    const second = await Rig.started({ clock: first.clock, store: first.store })
    expect(second.scheduler.job('a')?.nextAt).toBe(START + 2 * HOUR)
  })

  it('fires between its start and its end only, and is taken away after its last execution', async () => {
    const rig = await Rig.started()
    const bounds = { start: START + 2 * MINUTE, end: START + 4 * MINUTE }
    await rig.scheduler.add({ id: 'a', task: 'note', triggers: { type: 'interval', everyMs: MINUTE, ...bounds } })
    await rig.clock.advance(HOUR)
    expect(rig.noted).toEqual([120, 180])
    expect(rig.scheduler.jobs()).toEqual([])
  })

  it('may come later than a timer can be set', async () => {
    const rig = await Rig.started()
    const everyMs = 3 * 2 ** 31
    await rig.every({ id: 'a' }, everyMs)
    await rig.clock.advance(2 * everyMs)
    expect(rig.noted).toEqual([everyMs / SECOND, (2 * everyMs) / SECOND])
  })
})

describe('a one-shot job', () => {
  it('fires once, and is taken away when it ended; its execution stays', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({ id: 'a', task: 'work', triggers: { type: 'at', at: START + SECOND } })
    await rig.clock.advance(SECOND)
    expect(rig.scheduler.jobs().length).toBe(1)
    await rig.end(0)
    expect(rig.scheduler.jobs()).toEqual([])
    expect(await rig.store.listJobs()).toEqual([])
    expect(await rig.outcomes({ jobId: 'a' })).toEqual(['success'])
  })

  it('fires at once where its time has passed', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({ id: 'now', task: 'note', triggers: { type: 'at', at: START } })
    await rig.scheduler.add({ id: 'long ago', task: 'note', triggers: { type: 'at', at: START - 1000 * HOUR } })
    await rig.settle()
    expect(rig.noted).toEqual([0, 0])
  })

  it('of a config or a plugin stays until its owner takes it away, and does not fire again when it is put there again', async () => {
    const rig = await Rig.started()
    const config = { id: 'a', task: 'note', origin: 'config', triggers: { type: 'at', at: START + SECOND } } as const
    await rig.scheduler.add(config)
    await rig.clock.advance(MINUTE)
    await rig.scheduler.stop()
    const again = await Rig.started({ clock: rig.clock, store: rig.store })
    await again.scheduler.replace(config)
    await again.clock.advance(HOUR)
    expect(rig.noted).toEqual([1])
    expect(again.noted).toEqual([])
    expect(again.scheduler.jobs().length).toBe(1)
  })

  it('that ended while its scheduler died is taken away by the next', async () => {
    const rig = new Rig()
    await rig.store.saveJob({
      config: { id: 'a', task: 'note', triggers: { type: 'at', at: START } },
      createdAt: START,
      lastScheduledAt: START,
    })
    await rig.scheduler.start()
    await rig.settle()
    expect(await rig.store.listJobs()).toEqual([])
  })
})

describe('running now', () => {
  it('fires a job at once, paused or not, and gives the execution as it was claimed', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', paused: true, input: { n: 1 } })
    const claimed = await rig.scheduler.runNow('a')
    expect(claimed).toMatchObject({ jobId: 'a', status: 'running', scheduledAt: START, input: { n: 1 } })
    const over = rig.scheduler.settled(claimed.id)
    await rig.end(0, { result: { made: 3 } })
    expect(await over).toMatchObject({ status: 'success', result: { made: 3 } })
    expect(await rig.scheduler.settled(claimed.id)).toEqual(await over)
  })

  it('obeys the overlap policy', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work' })
    await rig.scheduler.runNow('a')
    expect(await rig.scheduler.runNow('a')).toMatchObject({ status: 'cancelled', reason: 'overlap' })
  })

  it('leaves the due times as they are', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a' })
    await rig.clock.advance(30 * SECOND)
    await rig.scheduler.runNow('a')
    await rig.clock.advance(30 * SECOND)
    expect(rig.noted).toEqual([30, 60])
  })

  it('is refused before the start, for unknown jobs and for missing tasks', async () => {
    const rig = new Rig()
    await rig.store.saveJob({
      config: { id: 'orphan', task: 'gone', triggers: { type: 'at', at: START } },
      createdAt: START,
    })
    expect(await codeOf(rig.scheduler.runNow('orphan'))).toBe('NOT_STARTED')
    await rig.scheduler.start()
    expect(await codeOf(rig.scheduler.runNow('nobody'))).toBe('UNKNOWN_JOB')
    expect(await codeOf(rig.scheduler.runNow('orphan'))).toBe('UNKNOWN_TASK')
  })
})
