import { describe, expect, it } from 'vitest'
import type { ScheduleConfig, Trigger } from '../types.ts'
import { codeOf, HOUR, MINUTE, Rig, SECOND, START } from './rig.ts'

const good: ScheduleConfig = { id: 'a', task: 'note', triggers: { type: 'interval', everyMs: MINUTE } }
const cron = (expression: unknown, timeZone?: unknown): Trigger => ({ type: 'cron', expression, timeZone }) as Trigger

describe('adding a job', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle

  it.each<[string, string, unknown]>([
    ['nothing', 'INVALID_CONFIG', undefined],
    ['null', 'INVALID_CONFIG', null],
    ['a key that there is not', 'INVALID_CONFIG', { ...good, timeout: 5 }],
    ['no id', 'INVALID_ID', { ...good, id: undefined }],
    ['an empty id', 'INVALID_ID', { ...good, id: '' }],
    ['an endless id', 'INVALID_ID', { ...good, id: 'x'.repeat(257) }],
    ['an id that is a number', 'INVALID_ID', { ...good, id: 7 }],
    ['no task', 'INVALID_ID', { ...good, task: undefined }],
    ['an unknown task', 'UNKNOWN_TASK', { ...good, task: 'constructor' }],
    ['no triggers', 'INVALID_TRIGGER', { ...good, triggers: [] }],
    ['missing triggers', 'INVALID_TRIGGER', { ...good, triggers: undefined }],
    ['a trigger that is empty', 'INVALID_TRIGGER', { ...good, triggers: {} }],
    ['a trigger of no kind', 'INVALID_TRIGGER', { ...good, triggers: { type: '__proto__' } }],
    ['one bad trigger among good ones', 'INVALID_TRIGGER', { ...good, triggers: [{ type: 'at', at: START }, {}] }],
    ['four fields', 'INVALID_CRON', { ...good, triggers: cron('* * * *') }],
    ['minute 61', 'INVALID_CRON', { ...good, triggers: cron('61 * * * *') }],
    ['no expression', 'INVALID_TRIGGER', { ...good, triggers: cron(undefined) }],
    ['31 February', 'NEVER_FIRES', { ...good, triggers: cron('0 0 31 2 *') }],
    ['a year that is over', 'NEVER_FIRES', { ...good, triggers: cron('0 0 0 1 1 * 2020') }],
    [
      'an end before the start',
      'NEVER_FIRES',
      { ...good, triggers: { type: 'interval', everyMs: 1, start: START + 9, end: START + 9 } },
    ],
    ['an unknown zone', 'UNKNOWN_TIME_ZONE', { ...good, triggers: cron('* * * * *', 'Mars/Olympus') }],
    ['an interval of 0', 'INVALID_INTERVAL', { ...good, triggers: { type: 'interval', everyMs: 0 } }],
    ['a negative interval', 'INVALID_INTERVAL', { ...good, triggers: { type: 'interval', everyMs: -5 } }],
    ['an interval of NaN', 'INVALID_INTERVAL', { ...good, triggers: { type: 'interval', everyMs: Number.NaN } }],
    [
      'an endless interval',
      'INVALID_INTERVAL',
      { ...good, triggers: { type: 'interval', everyMs: Number.POSITIVE_INFINITY } },
    ],
    ['an interval that is a text', 'INVALID_INTERVAL', { ...good, triggers: { type: 'interval', everyMs: '1000' } }],
    [
      'an interval of half a millisecond',
      'INVALID_INTERVAL',
      { ...good, triggers: { type: 'interval', everyMs: 0.5 } },
    ],
    [
      'an interval from nowhere',
      'INVALID_TRIGGER',
      { ...good, triggers: { type: 'interval', everyMs: 1, from: 'start' } },
    ],
    ['a date in place of milliseconds', 'INVALID_TRIGGER', { ...good, triggers: { type: 'at', at: new Date() } }],
    ['a time beyond all times', 'INVALID_TRIGGER', { ...good, triggers: { type: 'at', at: 1e300 } }],
    [
      'a key that no such trigger has',
      'INVALID_TRIGGER',
      { ...good, triggers: { ...cron('* * * * *'), timezone: 'Europe/Berlin' } },
    ],
    ['an end of a single time', 'INVALID_TRIGGER', { ...good, triggers: { type: 'at', at: START, end: START + 1 } }],
    ['a start after all years', 'NEVER_FIRES', { ...good, triggers: { ...cron('* * * * *'), start: 8.64e15 } }],
    ['a negative jitter', 'INVALID_TRIGGER', { ...good, triggers: { type: 'interval', everyMs: 1, jitterMs: -1 } }],
    ['a key that no retry policy has', 'INVALID_POLICY', { ...good, retry: { attempts: 2, delay: 5 } }],
    ['no attempts', 'INVALID_POLICY', { ...good, retry: { attempts: 0 } }],
    ['a policy by code without attempts', 'INVALID_POLICY', { ...good, retryOn: { X: { delayMs: 1 } } }],
    ['a multiplier below 1', 'INVALID_POLICY', { ...good, retry: { attempts: 2, multiplier: 0.5 } }],
    ['a delay of NaN', 'INVALID_POLICY', { ...good, retry: { attempts: 2, delayMs: Number.NaN } }],
    ['a time limit of 0', 'INVALID_POLICY', { ...good, timeoutMs: 0 }],
    ['an unknown overlap policy', 'INVALID_POLICY', { ...good, overlap: 'sometimes' }],
    ['an unknown misfire policy', 'INVALID_POLICY', { ...good, misfire: 'constructor' }],
    ['an input that is a function', 'INVALID_INPUT', { ...good, input: () => 1 }],
    ['an input with a cycle', 'INVALID_INPUT', { ...good, input: cycle }],
    ['an input with a bigint', 'INVALID_INPUT', { ...good, input: [1n] }],
  ])('with %s is refused, and nothing is registered', async (_what, code, config) => {
    const rig = await Rig.started()
    expect(await codeOf(rig.scheduler.add(config as ScheduleConfig))).toBe(code)
    expect(await codeOf(rig.scheduler.replace(config as ScheduleConfig))).toBe(code)
    expect(rig.scheduler.jobs()).toEqual([])
    expect(await rig.store.listJobs()).toEqual([])
    expect(rig.clock.armed).toBe(0)
  })

  it.each(['constructor', '__proto__', 'toString', ' ', 'a/b', '🦉'])(
    'takes %j as an id like any other',
    async (id) => {
      const rig = await Rig.started()
      await rig.every({ id })
      await rig.clock.advance(MINUTE)
      expect(await rig.outcomes({ jobId: id })).toEqual(['success'])
      await rig.scheduler.remove(id)
      expect(rig.scheduler.job(id)).toBe(undefined)
    },
  )

  it('twice under one id is refused, at the same time too', async () => {
    const rig = await Rig.started()
    const [first, second] = await Promise.allSettled([rig.scheduler.add(good), rig.scheduler.add(good)])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'DUPLICATE_JOB' } })
    expect(await codeOf(rig.scheduler.add(good))).toBe('DUPLICATE_JOB')
  })

  it('before the start works; it fires after it', async () => {
    const rig = new Rig()
    await rig.scheduler.add(good)
    await rig.clock.advance(30 * SECOND)
    await rig.scheduler.start()
    await rig.clock.advance(30 * SECOND)
    expect(rig.noted).toEqual([60])
  })

  it('copies the config: changing it later changes nothing', async () => {
    const rig = await Rig.started()
    const config = { ...good, input: { n: 1 } }
    await rig.scheduler.add(config)
    config.input.n = 2
    expect(rig.scheduler.job('a')?.config.input).toEqual({ n: 1 })
  })

  it('leaves nothing behind where the store refuses it', async () => {
    const rig = await Rig.started()
    rig.store.saveJob = () => Promise.reject(new Error('disk full'))
    await expect(rig.scheduler.add(good)).rejects.toThrow('disk full')
    expect(rig.scheduler.jobs()).toEqual([])
    expect(rig.clock.armed).toBe(0)
  })
})

describe('replacing a job', () => {
  it('adds it where there is none', async () => {
    const rig = await Rig.started()
    await rig.scheduler.replace(good)
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([60])
  })

  it('with the same triggers keeps its due times', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await rig.clock.advance(90 * SECOND)
    await rig.scheduler.replace({ ...good, task: 'work' })
    await rig.clock.advance(30 * SECOND)
    expect(rig.calls.length).toBe(1)
    expect(rig.scheduler.job('a')?.createdAt).toBe(START)
  })

  it('minds no other order of their keys, and no list of one', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await rig.clock.advance(30 * SECOND)
    await rig.scheduler.replace({ ...good, triggers: [{ everyMs: MINUTE, type: 'interval' }] })
    await rig.clock.advance(30 * SECOND)
    expect(rig.noted).toEqual([60])
  })

  it('that is paused, by a config that is not, catches nothing up', async () => {
    const rig = await Rig.started()
    const once = { ...good, id: 'once', triggers: { type: 'at', at: START + MINUTE } } as const
    for (const config of [good, once]) await rig.scheduler.add({ ...config, paused: true })
    await rig.clock.advance(HOUR)
    for (const config of [good, once]) await rig.scheduler.replace(config)
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['cancelled/missed'])
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([61 * 60])
    expect(rig.scheduler.jobs().map(({ config }) => config.id)).toEqual(['a'])
  })

  it('with other triggers starts afresh, and makes up for nothing', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await rig.clock.advance(90 * SECOND)
    await rig.scheduler.replace({ ...good, triggers: { type: 'interval', everyMs: HOUR } })
    expect(rig.scheduler.job('a')?.nextAt).toBe(START + 90 * SECOND + HOUR)
  })

  it('leaves what is under way as it was', async () => {
    const rig = await Rig.started()
    await rig.every({ id: 'a', task: 'work', retry: { attempts: 2 } })
    await rig.clock.advance(MINUTE)
    await rig.scheduler.replace({ ...good, task: 'work' })
    expect(rig.scheduler.job('a')?.active).toBe(1)
    await rig.end(0, { error: new Error('no') })
    expect(await rig.outcomes()).toEqual(['retrying'])
  })

  it('counts from the end of what is under way, where its interval does', async () => {
    const rig = await Rig.started()
    const job = { id: 'a', task: 'work', triggers: { type: 'interval', everyMs: MINUTE, from: 'last-end' } } as const
    await rig.scheduler.add(job)
    await rig.clock.advance(MINUTE)
    await rig.scheduler.replace({ ...job, retry: { attempts: 2 } })
    await rig.clock.advance(10 * MINUTE)
    expect(await rig.outcomes()).toEqual(['running'])
    await rig.end(0)
    await rig.clock.advance(MINUTE)
    expect(await rig.outcomes()).toEqual(['success', 'running'])
  })
})

describe('pausing a job', () => {
  it('keeps it from firing; after the resume nothing is caught up', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await rig.clock.advance(MINUTE)
    await rig.scheduler.pause('a')
    await rig.clock.advance(HOUR + 30 * SECOND)
    expect(rig.scheduler.job('a')?.nextAt).toBe(undefined)
    await rig.scheduler.resume('a')
    await rig.clock.advance(MINUTE)
    expect(rig.noted).toEqual([60, 62 * 60])
    expect(await rig.outcomes()).toEqual(['success', 'success'])
  })

  it('holds over a restart, and so does the resume: nothing is caught up then either', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add(good)
    await rig.scheduler.pause('a')
    await rig.scheduler.stop()
    await rig.clock.advance(HOUR)
    const second = await Rig.started({ clock: rig.clock, store: rig.store })
    expect(second.scheduler.job('a')?.config.paused).toBe(true)
    await second.scheduler.resume('a')
    await second.scheduler.stop()
    const third = await Rig.started({ clock: rig.clock, store: rig.store })
    await third.settle()
    expect(third.noted).toEqual([])
    await third.clock.advance(MINUTE)
    expect(third.noted).toEqual([61 * 60])
  })

  it('a one-shot whose time passes meanwhile is recorded as missed and taken away', async () => {
    const rig = await Rig.started()
    await rig.scheduler.add({ id: 'a', task: 'note', triggers: { type: 'at', at: START + MINUTE } })
    await rig.scheduler.pause('a')
    await rig.clock.advance(HOUR)
    await rig.scheduler.resume('a')
    await rig.settle()
    expect(await rig.outcomes()).toEqual(['cancelled/missed'])
    expect(rig.scheduler.jobs()).toEqual([])
  })

  it('all of them at once, and on again', async () => {
    const rig = await Rig.started()
    for (const id of ['a', 'b']) await rig.every({ id })
    await rig.scheduler.pauseAll()
    await rig.clock.advance(HOUR)
    expect(rig.noted).toEqual([])
    await rig.scheduler.resumeAll()
    await rig.clock.advance(MINUTE)
    expect(rig.noted.length).toBe(2)
  })

  it.each(['remove', 'pause', 'resume'] as const)('%s of an unknown job is refused', async (call) => {
    const rig = await Rig.started()
    expect(await codeOf(rig.scheduler[call]('constructor'))).toBe('UNKNOWN_JOB')
  })
})

describe('a scheduler', () => {
  it.each([
    ['an unknown zone', 'UNKNOWN_TIME_ZONE', { timeZone: 'Nowhere' }],
    ['no room for anything', 'INVALID_POLICY', { concurrency: 0 }],
    ['limits of NaN', 'INVALID_POLICY', { concurrency: { perKey: Number.NaN } }],
  ])('with %s is not made', async (_what, code, options) => {
    expect(await codeOf(() => new Rig(options))).toBe(code)
  })
})
