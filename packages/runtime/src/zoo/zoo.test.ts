import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stateOf } from '../crash/campaign.ts'
import { markedProcesses, RUN_VARIABLE } from '../host/sweep.ts'
import type { Settings } from '../runs/index.ts'
import { heldMegabytes, openZoo, type Zoo } from './zoo.ts'

let zoo: Zoo
let held: number
let code: string
beforeAll(async () => {
  zoo = await openZoo()
  code = readFileSync(join(zoo.pluginsDir, 'steady', 'index.ts'), 'utf8')
  await zoo.run('throws')
  held = heldMegabytes()
})
afterAll(() => zoo[Symbol.asyncDispose]())

const failed = (error: object) => ({ status: 'failed', attempts: [{}], error })
const crashed = (how: string) => failed({ code: 'PLUGIN_CRASHED', message: expect.stringContaining(how) })

describe.runIf(process.platform === 'linux')('a plugin that', { timeout: 60_000 }, () => {
  it.concurrent.each<[does: string, plugin: string, settings: Settings, outcome: object]>([
    ['throws', 'throws', {}, failed({ code: 'PLUGIN_FAILED', message: 'thrown in execute' })],
    ['rejects late', 'rejects-late', {}, crashed('with code 1')],
    ['exits', 'exits', {}, crashed('with code 3')],
    ['ends itself by SIGSEGV', 'segfaults', {}, crashed('by SIGSEGV')],
    ['never yields', 'never-yields', {}, failed({ code: 'PLUGIN_HUNG' })],
    ['fills its heap', 'heap', {}, failed({ code: 'PLUGIN_OUT_OF_MEMORY' })],
    ['fills memory beside its heap', 'buffers', {}, failed({ code: 'PLUGIN_OUT_OF_MEMORY' })],
    ['throws nothing', 'throws-nothing', {}, failed({ code: 'PLUGIN_FAILED', message: 'undefined' })],
    ['calls what is no call', 'nonsense', { kind: 'call' }, failed({ code: 'PLUGIN_MESSAGE_INVALID' })],
    ['sends what is no message', 'nonsense', { kind: 'bytes' }, failed({ code: 'PLUGIN_PROTOCOL_BROKEN' })],
    ['says 4,000 million nothings', 'nonsense', { kind: 'holes' }, failed({ code: 'PLUGIN_MESSAGE_INVALID' })],
    ['announces 500 MB', 'nonsense', { kind: 'huge' }, failed({ code: 'PLUGIN_FRAME_TOO_LARGE' })],
    ['stores 2 MB', 'huge', { bytes: 2e6, as: 'value' }, { status: 'success', result: { code: 'FRAME_TOO_LARGE' } }],
    ['returns 2 MB', 'huge', { bytes: 2e6, as: 'result' }, failed({ code: 'FRAME_TOO_LARGE' })],
    ['asks without waiting', 'asks-on', { calls: 32, bytes: 1e6 }, { status: 'success', result: { asked: 32 } }],
    ['keeps timers', 'keeps-timers', {}, { status: 'success' }],
    ['starts what detaches itself', 'detaches', {}, { status: 'success', result: { pids: expect.any(Array) } }],
    ['starts it at its import', 'detaches-at-import', {}, { status: 'success' }],
  ])('%s ends so, and leaves no process', async (_, plugin, settings, outcome) => {
    const run = await zoo.run(plugin, settings)
    expect(run).toMatchObject(outcome)
    expect(markedProcesses(RUN_VARIABLE, run.id)).toEqual([])
  })

  it.each([['exits'], ['rejects-late']])('%s has what it said last in its log', async (plugin) => {
    expect(zoo.log(await zoo.run(plugin))).toContain('last words')
  })

  it.each([
    ['throws when it is imported', 'throws-at-import', 'PLUGIN_LOAD_FAILED', /thrown while it was imported/],
    ['links to its neighbour', 'linked', 'PLUGIN_LINK_OUTSIDE', /inside/],
  ])('%s is not started', async (_, plugin, reason, message) => {
    await expect(zoo.run(plugin)).rejects.toMatchObject({ code: reason, message: expect.stringMatching(message) })
    expect(zoo.strays()).toEqual([])
  })

  it('ignores being told to stop, and SIGTERM, is stopped', async () => {
    const { id } = await zoo.bot.plugins.startPlugin('ignores-sigterm')
    await new Promise<void>((resolve) => {
      const off = zoo.bot.runs.on('progress', (run) => {
        if (run !== id) return
        off()
        resolve()
      })
    })
    await zoo.bot.plugins.stopPlugin('ignores-sigterm')
    const run = await zoo.bot.runs.get(id)
    expect(run).toMatchObject({ status: 'cancelled' })
    expect(zoo.log(run)).toContain('told to stop')
    expect(zoo.strays()).toEqual([])
  })

  it.each([[true], [false]])(
    'starts what lacks the mark of its run leaves none of that either: exits %s',
    async (exit) => {
      const said = new Promise<string>((resolve) => {
        const off = zoo.bot.runs.on('progress', (_, { total, message = '' }) => {
          if (total !== 2) return
          off()
          resolve(message)
        })
      })
      const run = await zoo.run('unmarked', { exit })
      expect(run.status).toBe(exit ? 'failed' : 'success')
      const pids = (await said).trim().split(' ').map(Number)
      expect(pids).toHaveLength(2)
      expect(pids.map(stateOf)).toEqual(pids.map(() => expect.stringMatching(/^[ZX]?$/)))
    },
  )

  it('floods its host with lines and samples fills its own log to its limit, and no more', async () => {
    const run = await zoo.run('floods')
    expect(run).toMatchObject({ status: 'success' })
    const [cut = {}, note = {}] = zoo
      .log(run)
      .trimEnd()
      .split('\n')
      .slice(-2)
      .map((line) => JSON.parse(line) as object)
    expect(cut).toMatchObject({ message: 'the log ends here: it reached its limit' })
    expect(note).toMatchObject({ fields: { lines: expect.any(Number), samples: expect.any(Number) } })
    expect(statSync(zoo.bot.runs.logFile(run.id)).size).toBeLessThan(11 * 1024 * 1024)
  })

  it('writes outside of its folder is refused, also in its own code and manifest', async () => {
    const { result } = await zoo.run('writes-outside', { dataDir: zoo.dataDir })
    expect(new Set(Object.values(result as object))).toEqual(new Set(['ERR_ACCESS_DENIED']))
    expect(existsSync(join(zoo.dataDir, 'artifacts', 'other'))).toBe(false)
    expect(readFileSync(join(zoo.pluginsDir, 'steady', 'index.ts'), 'utf8')).toBe(code)
  })

  it('opens the store finds no way to', async () => {
    const { result } = await zoo.run('opens-store', { file: join(zoo.dataDir, 'refbot.db') })
    expect(result).toEqual({
      import: 'ERR_UNKNOWN_BUILTIN_MODULE',
      require: 'ERR_UNKNOWN_BUILTIN_MODULE',
      getBuiltin: 'ABSENT',
      worker: 'ERR_ACCESS_DENIED',
      process: 'ERR_ACCESS_DENIED',
      read: 'ERR_ACCESS_DENIED',
    })
  })

  it('reads the folder of its neighbour, the secrets or the environment of its host is refused, through links too', async () => {
    const { result } = await zoo.run('reads-neighbour', { dataDir: zoo.dataDir })
    expect(new Set(Object.values(result as object))).toEqual(new Set(['ERR_ACCESS_DENIED']))
  })

  it('prints control sequences and forges lines adds no byte of them, and no line, to its log', async () => {
    const run = await zoo.run('escapes')
    const log = zoo.log(run)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(log).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string })
    expect(lines.map(({ level }) => level)).toEqual(['info', 'info', 'info'])
  })
})

describe.runIf(process.platform === 'linux')('after all of them', () => {
  it('the host answers, the plugin that behaves has run on, and memory is back', async () => {
    const steps = zoo.steadySteps()
    expect(await zoo.run('throws')).toMatchObject({ status: 'failed' })
    expect(zoo.steadySteps()).toBeGreaterThan(steps)
    expect(await zoo.bot.plugins.getPluginStatus('steady')).toBe('running')
    expect(await zoo.bot.runs.list({ plugin: 'steady' })).toMatchObject([{ status: 'running', attempts: [{}] }])
    expect(zoo.strays()).toEqual([])
    expect(heldMegabytes() - held).toBeLessThan(20)
    await zoo.bot.plugins.stopPlugin('steady')
    expect(zoo.strays()).toEqual([])
  }, 60_000)
})
