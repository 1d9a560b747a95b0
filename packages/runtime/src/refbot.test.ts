import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRefbot, type Refbot, type RunDetails } from './index.ts'

const pluginsDir = join(import.meta.dirname, 'fixtures', 'plugins')

function temporary(): { dataDir: string; remove: () => void } {
  const dataDir = mkdtempSync(join(tmpdir(), 'refbot-'))
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) }
}

describe('a run', () => {
  const { dataDir, remove } = temporary()
  let bot: Refbot
  beforeAll(async () => {
    bot = await createRefbot({ dataDir, pluginsDir })
    await bot.start()
  })
  afterAll(async () => {
    await bot[Symbol.asyncDispose]()
    remove()
  })

  const runToEnd = async (plugin: string): Promise<RunDetails> => {
    const { id } = await bot.plugins.startPlugin(plugin)
    return bot.runs.settled(id)
  }

  it('executes in a process of its own, which is gone afterwards', async () => {
    const run = await runToEnd('hello')
    expect(run).toMatchObject({ status: 'success', plugin: 'hello', cause: 'manual', attempts: [{ number: 1 }] })
    const { pid } = run.result as { pid: number }
    expect(pid).not.toBe(process.pid)
    expect(isRunning(pid)).toBe(false)
  })

  it('hands over what the plugin made of its context', async () => {
    const run = await runToEnd('hello')
    expect(run.result).toMatchObject({ run: run.id, count: expect.any(Number) })
    expect(run.steps.map(({ path }) => path)).toEqual(['greet › say', 'greet', 'greet › say', 'greet'])
    expect(run.artifacts).toMatchObject([{ name: 'greeting.txt', contentType: 'text/plain', bytes: 5 }])
    expect(readFileSync(join(bot.runs.artifactsDir(run.id), 'greeting.txt'), 'utf8')).toBe('hello')
    const log = readFileSync(bot.runs.logFile(run.id), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(log).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'info', message: 'hello', fields: { step: 'greet › say', i: 0 } }),
        expect.objectContaining({ message: 'printed by the plugin', fields: { source: 'output' } }),
      ]),
    )
    expect(
      bot.analytics.window({ name: 'hello.said', labels: { plugin: 'hello' } }, 60_000).count,
    ).toBeGreaterThanOrEqual(2)
  })

  it("keeps a plugin's storage from run to run", async () => {
    const first = (await runToEnd('hello')).result as { count: number }
    const second = (await runToEnd('hello')).result as { count: number }
    expect(second.count).toBe(first.count + 1)
  })

  it('passes on only the environment that a process needs', async () => {
    process.env.REFBOT_TEST_SECRET = 'must not be seen'
    const { env } = (await runToEnd('hello')).result as { env: string[] }
    delete process.env.REFBOT_TEST_SECRET
    expect(env).not.toContain('REFBOT_TEST_SECRET')
    expect(env).toContain('REFBOT_RUN')
  })

  it.each([
    ['refused', { status: 'failed', reason: 'refused_by_site', error: { code: 'RATE_LIMITED' } }],
    ['throws', { status: 'failed', error: { message: 'the first attempt always fails' } }],
  ])('of the plugin "%s" ends with its reason', async (plugin, expected) => {
    expect(await runToEnd(plugin)).toMatchObject(expected)
  })

  it('is stopped with its plugin, and its process is gone', async () => {
    const pid = Promise.withResolvers<number>()
    const off = bot.runs.on('progress', (_, { message }) => pid.resolve(Number(message?.replace('pid ', ''))))
    const { id } = await bot.plugins.startPlugin('waits')
    await pid.promise
    off()
    await bot.plugins.stopPlugin('waits')
    expect(await bot.runs.get(id)).toMatchObject({ status: 'cancelled' })
    expect(await bot.plugins.getPluginStatus('waits')).toBe('stopped')
    expect(isRunning(await pid.promise)).toBe(false)
  })

  it('tells its changes as events, in order', async () => {
    const seen: string[] = []
    const off = bot.events.listen(({ type, data }) => {
      if ('status' in data) seen.push(`${type} ${data.status}`)
    })
    await runToEnd('hello')
    off()
    expect(seen).toEqual(['run.claimed running', 'run.changed success'])
  })
})

describe('a composed RefBot', () => {
  let temp: ReturnType<typeof temporary>
  beforeEach(() => {
    temp = temporary()
  })
  afterEach(() => temp.remove())

  it('keeps its secrets in files that only its user may read', async () => {
    await using bot = await createRefbot({ dataDir: temp.dataDir, pluginsDir })
    const token = join(temp.dataDir, 'admin-token')
    expect(readFileSync(token, 'utf8')).toBe(bot.adminToken)
    for (const file of ['admin-token', 'gate-key', 'lock', 'refbot.db', 'refbot.db-wal']) {
      expect(statSync(join(temp.dataDir, file)).mode & 0o777).toBe(0o600)
    }
  })

  it('refuses a data directory that another instance works on, and takes it when that is gone', async () => {
    const options = { dataDir: temp.dataDir, pluginsDir }
    const first = await createRefbot(options)
    await expect(createRefbot(options)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' })
    await first[Symbol.asyncDispose]()
    await (await createRefbot(options))[Symbol.asyncDispose]()
  })

  it.each([
    [{ mode: 'turbo' }, 'CONFIG_INVALID'],
    [{ proxies: ['127.0.0.1:3128', 'user:s3cret@:99999'] }, 'PROXY_LIST_INVALID'],
  ])('refuses %o with %s, and stores nothing', async (wrong, code) => {
    const dataDir = join(temp.dataDir, 'new')
    const creation = createRefbot({ dataDir, pluginsDir, ...wrong } as never)
    await expect(creation).rejects.toMatchObject({ code, message: expect.not.stringContaining('s3cret') })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('refuses a data directory that is a file', async () => {
    const dataDir = join(temp.dataDir, 'file')
    writeFileSync(dataDir, '')
    await expect(createRefbot({ dataDir, pluginsDir })).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
  })

  it('restores what operators wanted after a restart', async () => {
    const options = { dataDir: temp.dataDir, pluginsDir }
    {
      await using bot = await createRefbot(options)
      await bot.start()
      const run = await bot.plugins.startPlugin('hello')
      await bot.runs.settled(run.id)
    }
    await using bot = await createRefbot(options)
    await bot.start()
    expect(await bot.plugins.getPluginStatus('hello')).toBe('idle')
    expect(await bot.plugins.getPluginsSummary()).toContainEqual(
      expect.objectContaining({
        id: 'hello',
        desired: 'armed',
        metrics: expect.objectContaining({ runs: 1, succeeded: 1 }),
      }),
    )
  })

  it('starts nothing before it was started itself, and leaves nothing that would run later', async () => {
    await using bot = await createRefbot({ dataDir: temp.dataDir, pluginsDir })
    await expect(bot.plugins.startPlugin('hello')).rejects.toMatchObject({ code: 'NOT_STARTED' })
    expect(bot.scheduler.jobs()).toEqual([])
  })

  it('rejects a run whose claim cannot be stored, and forgets it', async () => {
    await using bot = await createRefbot({ dataDir: temp.dataDir, pluginsDir })
    await bot.start()
    using db = new DatabaseSync(join(temp.dataDir, 'refbot.db'))
    db.exec("CREATE TRIGGER refuse BEFORE INSERT ON execution BEGIN SELECT RAISE(ABORT, 'not today'); END")
    await expect(bot.plugins.startPlugin('hello')).rejects.toMatchObject({ code: 'RUN_NOT_CLAIMED' })
    expect(bot.scheduler.jobs().filter(({ config }) => config.id.startsWith('run:'))).toEqual([])
  })

  it('disarms at its start what was disabled meanwhile', async () => {
    const folder = join(temp.dataDir, 'plugins', 'scheduled')
    mkdirSync(folder, { recursive: true })
    const code = pathToFileURL(join(pluginsDir, 'scheduled', 'index.ts'))
    writeFileSync(join(folder, 'index.js'), `export { default } from '${code}'`)
    const enable = (enabled: boolean) => writeFileSync(join(folder, 'plugin_config.json'), JSON.stringify({ enabled }))
    const options = { dataDir: join(temp.dataDir, 'data'), pluginsDir: join(temp.dataDir, 'plugins') }
    enable(true)
    {
      await using bot = await createRefbot(options)
      await bot.start()
      await bot.runs.settled((await bot.plugins.startPlugin('scheduled')).id)
      expect(bot.scheduler.job('plugin:scheduled')).toBeDefined()
    }
    enable(false)
    await using bot = await createRefbot(options)
    await bot.start()
    expect(bot.scheduler.job('plugin:scheduled')).toBeUndefined()
  })

  it('says which plugins there are when one is unknown, and changes nothing', async () => {
    await using bot = await createRefbot({ dataDir: temp.dataDir, pluginsDir })
    await bot.start()
    await expect(bot.plugins.startPlugin('nobody')).rejects.toMatchObject({
      code: 'PLUGIN_UNKNOWN',
      hint: expect.stringContaining('hello'),
    })
    expect(await bot.runs.list()).toEqual([])
  })
})

/** A zombie is not running: what reaps it is not ours. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
  } catch {
    return false
  }
}
