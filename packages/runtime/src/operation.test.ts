import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefbot, type Refbot, type RefbotConfigInput, type RefbotEvent } from './index.ts'
import { RUN_TASK } from './store/index.ts'

const pluginsDir = join(import.meta.dirname, 'fixtures', 'plugins')
const YEAR_MS = 365 * 86_400_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot operation ü '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = (more: RefbotConfigInput = {}): RefbotConfigInput => ({
  dataDir: join(folder, 'data'),
  pluginsDir,
  ...more,
})
async function started(more: RefbotConfigInput = {}): Promise<Refbot> {
  const bot = await createRefbot(options(more))
  await bot.start()
  return bot
}
const configured = (bot: Refbot) =>
  bot.scheduler
    .jobs()
    .filter(({ config }) => config.id.startsWith('config:'))
    .map(({ config: { id, paused = false } }) => `${id.slice(7)}${paused ? ' (paused)' : ''}`)
    .sort()
/** A busy machine may take long to start a process. */
async function until<Value>(holds: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  return (await vi.waitUntil(holds, { timeout: 20_000 })) as NonNullable<Value>
}
const types = (events: readonly RefbotEvent[]) => events.map(({ type }) => type)

describe('jobs of the configuration', () => {
  const yearly = (id: string, plugin = 'hello') => ({ id, plugin, everyMs: YEAR_MS })

  it('run their plugin, and stay in line with the configuration over restarts and reloads', async () => {
    const soon = { id: 'once', plugin: 'hello', at: new Date(0).toISOString() }
    {
      await using bot = await started({ jobs: [soon, yearly('a'), yearly('b')] })
      expect(configured(bot)).toEqual(['a', 'b', 'once'])
      const [run] = await until(async () => {
        const runs = await bot.runs.list({ status: 'success' })
        return runs.length > 0 ? runs : undefined
      })
      expect(run).toMatchObject({ jobId: 'config:once', plugin: 'hello', cause: 'schedule' })
      const changes = await bot.reload(options({ jobs: [yearly('a', 'waits'), { ...yearly('c'), paused: true }] }))
      expect(changes).toMatchObject([{ path: 'jobs', effect: 'live', after: '2 entries (2 new, 3 gone)' }])
      expect(configured(bot)).toEqual(['a', 'c (paused)'])
    }
    await using bot = await started({ jobs: [yearly('a', 'waits'), yearly('c')] })
    expect(configured(bot)).toEqual(['a', 'c'])
    expect((await bot.store.events.since(0, 1000)).filter(({ type }) => type === 'job.saved').at(-1)).toMatchObject({
      data: { jobId: 'config:c' },
    })
    expect((await bot.runs.list()).length).toBe(1)
  })

  it('do not fire while their plugin is stopped', async () => {
    await using bot = await started({ jobs: [yearly('a'), yearly('b', 'waits')] })
    await bot.plugins.stopPlugin('hello')
    expect(configured(bot)).toEqual(['a (paused)', 'b'])
    await bot.plugins.startPlugin('hello')
    expect(configured(bot)).toEqual(['a', 'b'])
  })

  it('with a mistake in one of 10,000 change nothing; without it all of them are armed', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => yearly(`job-${index}`))
    await using bot = await started({ jobs: [yearly('a')] })
    await expect(
      bot.reload(options({ jobs: [...many, { id: 'x', plugin: 'hello', cron: 'now' }] })),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID', problems: [{ path: 'jobs.10000.cron' }] })
    expect(configured(bot)).toEqual(['a'])
    await bot.reload(options({ jobs: many }))
    expect(configured(bot)).toHaveLength(10_000)
  }, 30_000)
})

describe('limits', () => {
  it('let no more runs execute at once than the operator says', async () => {
    await using bot = await started({ limits: { maxRuns: 1 } })
    const first = await bot.plugins.startPlugin('waits')
    const second = await bot.plugins.startPlugin('hello')
    await until(() => bot.runs.progress(first.id) !== undefined)
    expect(await bot.runs.get(second.id)).toMatchObject({ status: 'running', attempts: [] })
    await bot.runs.cancel(first.id)
    expect(await bot.runs.settled(second.id)).toMatchObject({ status: 'success' })
  })
})

describe('the stop of a plugin', () => {
  it('reaches runs that wait for a turn or for a retry', async () => {
    await using bot = await started({ limits: { maxRuns: 1 } })
    await bot.plugins.loadPlugin('throws')
    await bot.scheduler.add({
      id: 'retried',
      task: RUN_TASK,
      input: { plugin: 'throws', cause: 'schedule' },
      triggers: { type: 'at', at: Date.now() },
      retry: { attempts: 2, delayMs: 3_600_000 },
    })
    const retrying = await until(async () => (await bot.runs.list({ status: 'retrying' }))[0])
    const executing = await bot.plugins.startPlugin('waits')
    const queued = await bot.runs.start('throws', 'manual')
    await bot.plugins.stopPlugin('throws')
    for (const { id } of [retrying, queued]) expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
    expect((await bot.runs.get(executing.id)).status).toBe('running')
    await bot.plugins.stopPlugin('waits')
  })
})

describe('what an operator reads later', () => {
  it('tells starts, stops with their reasons, and reloads', async () => {
    const bot = await started({ metricsFile: join(folder, 'metrics.csv') })
    await bot.reload(options({ timeZone: 'Europe/Berlin', metricsFile: join(folder, 'metrics.csv') }))
    await bot.runs.settled((await bot.plugins.startPlugin('hello')).id)
    await bot.stop({ reason: 'signal', signal: 'SIGTERM' })
    expect(readFileSync(join(folder, 'metrics.csv'), 'utf8')).toContain(',run.duration,')
    await using again = await createRefbot(options())
    const events = await again.store.events.since(0, 1000)
    expect(events.find(({ type }) => type === 'config.reloaded')?.data).toEqual({ live: [], restart: ['timeZone'] })
    expect(events.find(({ type }) => type === 'service.stopping')?.data).toMatchObject({ signal: 'SIGTERM' })
    expect(types(events).filter((type) => type.startsWith('service.'))).toEqual(['service.started', 'service.stopping'])
  })

  it('says nothing of a RefBot that was never started', async () => {
    await (await createRefbot(options())).stop({ reason: 'closed' })
    expect(existsSync(join(folder, 'data', 'lock'))).toBe(false)
    await using again = await createRefbot(options())
    expect(types(await again.store.events.since(0, 10))).not.toContain('service.stopping')
  })
})
