import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefbot, type Refbot, type RefbotConfigInput } from './index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-commands-'))
  symlinkSync(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'plugins'))
  cpSync(join(import.meta.dirname, 'fixtures', 'plugins', 'tool'), join(folder, 'plugins', 'tool'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const manifest = (id: string, content: string | object) =>
  writeFileSync(
    join(folder, 'plugins', id, 'plugin_config.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  )
async function started(config: RefbotConfigInput = {}): Promise<Refbot> {
  const bot = await createRefbot({ dataDir: join(folder, 'data'), pluginsDir: join(folder, 'plugins'), ...config })
  await bot.start()
  return bot
}
const scheduled = (schedule: object) => {
  mkdirSync(join(folder, 'plugins', 'often'), { recursive: true })
  manifest('often', {})
  writeFileSync(
    join(folder, 'plugins', 'often', 'index.ts'),
    `import { definePlugin, z } from '@refbot/plugin-sdk'
     export default definePlugin({ config: z.object({}), schedule: ${JSON.stringify(schedule)}, execute() {} })`,
  )
}
const summaryOf = async ({ plugins }: Refbot, id: string) =>
  (await plugins.getPluginsSummary()).find((plugin) => plugin.id === id)

describe('commands for one plugin', () => {
  it('take effect in the order in which they were given, however long one of them takes', async () => {
    scheduled({ everyMs: 3_600_000 })
    await using bot = await started()
    await Promise.all([bot.plugins.startPlugin('often'), bot.plugins.stopPlugin('often')])
    expect(await summaryOf(bot, 'often')).toMatchObject({ desired: 'stopped', status: 'stopped', nextRunAt: undefined })
    await Promise.all([bot.plugins.stopPlugin('often'), bot.plugins.startPlugin('often')])
    expect(await summaryOf(bot, 'often')).toMatchObject({ desired: 'armed', nextRunAt: expect.any(Number) })
    await Promise.all([bot.plugins.resumePlugin('often'), bot.plugins.pausePlugin('often')])
    expect(await summaryOf(bot, 'often')).toMatchObject({ desired: 'paused', nextRunAt: undefined })
  }, 120_000)
})

describe('a plugin whose manifest was broken while it runs', () => {
  it('is shown as what it is, and is stopped like any other', async () => {
    await using bot = await started()
    const { id } = await bot.plugins.startPlugin('tool')
    manifest('tool', '{ "enabled": tru')
    expect(await summaryOf(bot, 'tool')).toMatchObject({
      desired: 'armed',
      status: 'running',
      error: { code: 'PLUGIN_MANIFEST_UNREADABLE' },
    })
    await bot.plugins.stopPlugin('tool')
    expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
    expect(await bot.plugins.getPluginStatus('tool')).toBe('error')
    await expect(bot.plugins.stopPlugin('unheard-of')).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' })
  }, 120_000)
})

it.each([
  ['disabled', { enabled: false }],
  ['broken', '{'],
])(
  'stopping all plugins stops one as well that has been %s since it was started',
  async (_, content) => {
    await using bot = await started()
    const { id } = await bot.plugins.startPlugin('tool')
    manifest('tool', content)
    expect(await bot.plugins.stopAllPlugins()).toEqual([{ id: 'tool', ok: true, value: undefined }])
    expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
  },
  120_000,
)

it('a stop that cannot be stored is told to have failed, and ends what runs all the same', async () => {
  await using bot = await started()
  const { id } = await bot.plugins.startPlugin('tool')
  vi.spyOn(bot.store.plugins, 'setDesired').mockRejectedValueOnce(new Error('no room'))
  await expect(bot.plugins.stopPlugin('tool')).rejects.toThrow('no room')
  expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
}, 120_000)

it('a plugin that could not be loaded is in error until it can be, by settings that are set or by a run', async () => {
  manifest('tool', { settings: { rounds: 0 } })
  await using bot = await started()
  await expect(bot.plugins.startPlugin('tool')).rejects.toMatchObject({ code: 'PLUGIN_CONFIG_INVALID' })
  expect(await bot.plugins.getPluginStatus('tool')).toBe('error')
  await bot.plugins.settings.set('tool', { rounds: 1 })
  expect(await bot.plugins.getPluginStatus('tool')).toBe('stopped')
}, 120_000)

it('a run that was asked for when nothing is started any more is refused, and not stored for later', async () => {
  {
    await using bot = await started()
    await bot.scheduler.stop()
    const start = bot.runs.start('tool', 'manual')
    const refused = expect(start).rejects.toMatchObject({ code: 'NOT_STARTED' })
    await bot.stop({ reason: 'closed' })
    await refused
  }
  await using bot = await started()
  expect(bot.scheduler.jobs().filter(({ config }) => config.id.startsWith('run:'))).toEqual([])
}, 120_000)

it('a schedule that became wrong is told as the status of its plugin, and keeps no host from starting', async () => {
  scheduled({ everyMs: 3_600_000 })
  {
    await using bot = await started()
    await bot.runs.settled((await bot.plugins.startPlugin('often')).id)
  }
  scheduled({ cron: 'every now and then' })
  await using bot = await started()
  expect(await summaryOf(bot, 'often')).toMatchObject({ desired: 'armed', status: 'error', nextRunAt: undefined })
  expect(await summaryOf(bot, 'tool')).toMatchObject({ status: 'stopped' })
}, 120_000)

it.each([
  ['settings that its schema refuses', { settings: { rounds: 0 } }, 'PLUGIN_CONFIG_INVALID'],
  ['a plugin that is disabled', { enabled: false }, 'PLUGIN_DISABLED'],
  ['a manifest of another form', { enabled: 'perhaps' }, 'PLUGIN_MANIFEST_INVALID'],
])(
  'a run that meets %s is not tried again',
  async (_, written, code) => {
    manifest('tool', written)
    const bot = await createRefbot({
      dataDir: join(folder, 'data'),
      pluginsDir: join(folder, 'plugins'),
      jobs: [{ id: 'once', plugin: 'tool', at: '2026-01-01T00:00:00Z', retry: { attempts: 3, delayMs: 0 } }],
    })
    await using _bot = bot
    const over = new Promise<string>((resolve) =>
      bot.events.listen(({ type, data }) => {
        if (type === 'run.changed' && data.status === 'failed') resolve(data.executionId)
      }),
    )
    await bot.start()
    expect(await bot.runs.get(await over)).toMatchObject({ attempts: [{}], error: { code } })
  },
  120_000,
)
