import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'
import { ConfigError } from './problem.ts'

const problemsOf = (job: unknown): string[] => {
  try {
    parseConfig({ jobs: Array.isArray(job) ? job : [job] })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
}
const job = { id: 'a', plugin: 'hello' }

describe('a job of the configuration', () => {
  it.each([
    { ...job, cron: '*/5 * * * *', timeZone: 'Europe/Berlin' },
    { ...job, everyMs: 60_000, retry: { attempts: 3, delayMs: 10 }, overlap: 'queue' },
    { ...job, at: '2000-01-01T00:00:00+02:00', misfire: 'skip' },
  ])('may be %j', (valid) => expect(problemsOf(valid)).toEqual([]))

  it.each([
    [job, 'jobs.0: exactly one of cron, everyMs and at is needed'],
    [{ ...job, cron: '* * * * *', everyMs: 5 }, 'jobs.0: exactly one of cron, everyMs and at is needed'],
    [{ ...job, cron: '0 0 30 2 *' }, 'jobs.0.cron: '],
    [{ ...job, cron: 'sometimes' }, 'jobs.0.cron: '],
    [{ ...job, cron: '* * * * *', timeZone: 'Mars/Base' }, 'jobs.0.timeZone: '],
    [{ ...job, everyMs: 5, timeZone: 'UTC' }, 'jobs.0.timeZone: only cron has a time zone'],
    [{ ...job, everyMs: 0.5 }, 'jobs.0.everyMs: '],
    [{ ...job, at: 'tomorrow' }, 'jobs.0.at: '],
    [{ ...job, id: 'a b', everyMs: 5 }, 'jobs.0.id: an id is'],
    [{ id: 'a', everyMs: 5 }, 'jobs.0.plugin: '],
    [
      { ...job, everyMs: 5, retry: { atempts: 1 } },
      'jobs.0.retry.atempts: unknown key, the nearest is jobs.0.retry.attempts',
    ],
  ])('is refused with its place where it is %j', (wrong, start) => {
    expect(problemsOf(wrong)).toContainEqual(expect.stringContaining(start))
  })

  it('has an id of its own', () => {
    const twice = [job, { ...job, id: 'b' }, job].map((each) => ({ ...each, everyMs: 5 }))
    expect(problemsOf(twice)).toEqual(['jobs.2.id: a stands here already'])
  })
})
