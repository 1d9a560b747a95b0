import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRefbot, type Refbot } from './index.ts'

const fixtures = join(import.meta.dirname, 'fixtures', 'plugins')
const SECRET = 's3cret-api-key'

let folder: string
let bot: Refbot
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-life-'))
  const pluginsDir = join(folder, 'plugins')
  mkdirSync(join(pluginsDir), { recursive: true })
  symlinkSync(join(fixtures, 'tool'), join(pluginsDir, 'tool'))
  // A copy, because it writes its own settings; its packages are those of the workspace.
  cpSync(join(fixtures, 'classy'), join(pluginsDir, 'classy'), { recursive: true })
  symlinkSync(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'data', 'secrets'), { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'data', 'secrets', 'api-key'), SECRET, { mode: 0o600 })
  bot = await createRefbot({ dataDir: join(folder, 'data'), pluginsDir })
  await bot.start()
})
afterAll(async () => {
  await bot[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const settled = async (run: Promise<{ id: string }>) => bot.runs.settled((await run).id)
const works = () =>
  new Promise<void>((resolve) => {
    const off = bot.runs.on('progress', () => {
      off()
      resolve()
    })
  })

describe('a pause', () => {
  it('is reported once the run waits at a checkpoint, is left by resume, and does not stand in the way of a stop', async () => {
    const told: unknown[] = []
    const off = bot.events.listen(
      ({ type, data }) => type === 'run.held' && told.push((data as { held: boolean }).held),
    )
    const begun = works()
    const { id } = await bot.plugins.startPlugin('tool')
    await begun
    expect(await bot.plugins.pausePlugin('tool')).toBe('paused')
    const before = bot.runs.progress(id)?.done
    expect(await bot.plugins.getPluginStatus('tool')).toBe('paused')
    expect(bot.runs.progress(id)?.done).toBe(before)

    const goesOn = works()
    expect(await bot.plugins.resumePlugin('tool')).toBe('running')
    await goesOn

    expect(await bot.plugins.pausePlugin('tool')).toBe('paused')
    await bot.plugins.stopPlugin('tool')
    expect(await bot.plugins.getPluginStatus('tool')).toBe('stopped')
    expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
    expect(told.slice(0, 3)).toEqual([true, false, true])
    off()
  }, 60_000)

  it('is refused where there is nothing to pause', async () => {
    await expect(bot.plugins.pausePlugin('tool')).rejects.toMatchObject({ code: 'PLUGIN_STOPPED' })
    await expect(bot.plugins.resumePlugin('tool')).rejects.toMatchObject({ code: 'PLUGIN_STOPPED' })
  })
})

describe('an action', () => {
  it('is a run with an input of its own, and shows no secret in anything it says', async () => {
    const events: unknown[] = []
    const off = bot.events.listen(({ type, data }) => type === 'plugin.event' && events.push(data))
    const run = await settled(bot.plugins.runAction('tool', 'tell', { words: ['a', 'b'], loud: true }, 'api'))
    off()
    expect(run).toMatchObject({
      status: 'success',
      cause: 'api',
      input: { action: { name: 'tell' } },
      result: { said: 'a! b', key: '[secret api-key]', refused: 'SECRET_NOT_GRANTED' },
    })
    expect(events).toEqual([{ plugin: 'tool', runId: run.id, name: 'tool.told', data: { words: ['a', 'b'] } }])
    const log = readFileSync(bot.runs.logFile(run.id), 'utf8')
    expect(log).toContain('the key is [secret api-key], the password [secret password]')
    expect(log).not.toMatch(/s3cret|hunter2/)
  }, 60_000)

  it.each([
    ['tell', { words: [] }, 'PLUGIN_CONFIG_INVALID', /words/],
    ['sing', {}, 'PLUGIN_ACTION_UNKNOWN', /sing/],
  ])(
    '%s with %o is refused before there is a run',
    async (name, input, code, message) => {
      const runs = (await bot.runs.list()).length
      await expect(bot.plugins.runAction('tool', name, input)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
      expect(await bot.runs.list()).toHaveLength(runs)
    },
    60_000,
  )

  it('that finds its configuration wrong fails for good, without showing it', async () => {
    expect(await settled(bot.plugins.runAction('tool', 'fail'))).toMatchObject({
      status: 'failed',
      attempts: [{}],
      error: { code: 'PLUGIN_CONFIG_INVALID', message: 'the password is [secret password]' },
    })
  }, 60_000)
})

describe('settings', () => {
  it('of one run go before those that are written, and are checked; what must not be shown is not given so', async () => {
    expect(await settled(bot.plugins.runPlugin('tool', 'manual', { rounds: 3 }))).toMatchObject({
      result: { rounds: 3 },
    })
    await expect(bot.plugins.runPlugin('tool', 'manual', { rounds: 0 })).rejects.toMatchObject({
      code: 'PLUGIN_CONFIG_INVALID',
    })
    await expect(bot.plugins.runPlugin('tool', 'manual', { password: 'x' })).rejects.toMatchObject({
      code: 'PLUGIN_SETTING_HIDDEN',
    })
    expect(await bot.plugins.settings.shown('tool')).toEqual({})
  }, 60_000)

  it('that a plugin of a class sets are validated, written whole, and apply from its next run', async () => {
    const first = await settled(bot.plugins.runPlugin('classy'))
    expect(first.result).toMatchObject({ count: 2, after: 2, seen: ['counted 2'], runs: 1, values: { counted: 2 } })
    const file = join(folder, 'plugins', 'classy', 'plugin_config.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      enabled: true,
      class: 'plugin.ts#Counter',
      settings: { count: 3 },
    })
    const second = await settled(bot.plugins.runPlugin('classy'))
    expect(second).toMatchObject({ status: 'failed', error: { code: 'PLUGIN_CONFIG_INVALID' } })
    expect(bot.plugins.settings.get('classy')).toEqual({ count: 3 })
  }, 60_000)
})
