import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeProblem, type LoadConfigOptions, loadConfig, parseConfig, validateConfig } from './index.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot config ü '))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
const writeJson = (config: unknown) => write('refbot.config.json', JSON.stringify(config, null, 2))
const load = (options: Partial<LoadConfigOptions> = {}) => loadConfig({ cwd, env: {}, ...options })
const check = (options: Partial<LoadConfigOptions> = {}) => validateConfig({ cwd, env: {}, ...options })
const problems = async (options: Partial<LoadConfigOptions> = {}) =>
  (await check(options)).problems.map(describeProblem)

describe('loadConfig', () => {
  it('works without a file, with paths below the folder it was called in', async () => {
    const { config, file, notices } = await load()
    expect(file).toBeUndefined()
    expect(notices).toEqual([])
    expect(config).toMatchObject({ dataDir: join(cwd, '.refbot'), api: { host: '127.0.0.1', port: 8000 }, mode: 'api' })
  })

  it.each([
    ['refbot.config.json', '{ "$schema": "./refbot.schema.json", "api": { "port": 9000 } }'],
    ['refbot.config.js', 'export default { api: { port: 9000 } }'],
    ['refbot.config.ts', 'export default { api: { port: 9000 satisfies number } }'],
    ['refbot.config.mts', 'const port: number = 9000\nexport default { api: { port } }'],
  ])('reads %s', async (name, text) => {
    write(name, text)
    expect((await load()).config.api).toEqual({ enable: true, host: '127.0.0.1', port: 9000 })
  })

  it.each([
    ['refbot.config.mts', (port: number) => `export default { api: { port: ${port} } }`],
    ['refbot.config.json', (port: number) => JSON.stringify({ api: { port } })],
  ])('reads %s again when it was changed', async (name, text) => {
    write(name, text(1000))
    expect((await load()).config.api.port).toBe(1000)
    write(name, text(2000))
    utimesSync(join(cwd, name), 1, 1)
    expect((await load()).config.api.port).toBe(2000)
  })

  it('takes the file that is named, from the folder it was called in', async () => {
    mkdirSync(join(cwd, 'etc'))
    write('etc/my bot.json', '{ "dataDir": "data" }')
    const { config, file } = await load({ file: 'etc/my bot.json' })
    expect(file).toBe(join(cwd, 'etc/my bot.json'))
    expect(config.dataDir).toBe(join(cwd, 'etc/data'))
  })

  it('takes process.env when none is given', async () => {
    process.env.REFBOT_API_PORT = '9001'
    try {
      expect((await loadConfig({ cwd })).config.api.port).toBe(9001)
    } finally {
      delete process.env.REFBOT_API_PORT
    }
  })
})

describe('who wins', () => {
  it('is the command line, then the environment, then the file, then the default, key by key', async () => {
    writeJson({ api: { port: 1, host: 'file', enable: false }, timeZone: 'UTC', proxies: ['a:1', 'b:1'] })
    const env = { REFBOT_API_PORT: '2', REFBOT_API_HOST: 'environment', REFBOT_PROXIES: '["c:1"]' }
    const { config } = await load({ env, overrides: { api: { port: 3 } } })
    expect(config.api).toEqual({ port: 3, host: 'environment', enable: false })
    expect(config).toMatchObject({ timeZone: 'UTC', proxies: ['c:1'], proxyStrategy: 'weighted' })
  })

  it('is known of every value', async () => {
    const file = join(cwd, 'refbot.config.json')
    write('refbot.config.json', '{\n  "data_dir": "x",\n  "api": {\n    "port": 1,\n    "host": "::1"\n  }\n}')
    const { origins } = await load({
      env: { REFBOT_RETENTION: '{"eventsDays": 1}' },
      overrides: { api: { port: 3 }, mode: 'headless' },
      flags: { 'api.port': '--port' },
    })
    expect(origins).toMatchObject({
      mode: { source: 'flag', where: 'command line' },
      'api.port': { source: 'flag', where: '--port' },
      'api.host': { source: 'file', where: `${file}:5` },
      dataDir: { source: 'file', where: `${file}:2` },
      'retention.eventsDays': { source: 'environment', where: 'REFBOT_RETENTION' },
      'retention.metricsDays': { source: 'default', where: 'built in' },
      proxies: { source: 'default', where: 'built in' },
    })
  })

  it('says from where a relative path starts', async () => {
    mkdirSync(join(cwd, 'etc'))
    write('etc/c.json', '{ "dataDir": "data", "pluginsDir": "plug-ins", "browser": { "executable": "bin/chrome" } }')
    const { config } = await load({ file: 'etc/c.json', env: { REFBOT_PLUGINS_DIR: 'mine' } })
    expect(config).toMatchObject({
      dataDir: join(cwd, 'etc/data'),
      pluginsDir: join(cwd, 'mine'),
      browser: { executable: join(cwd, 'etc/bin/chrome') },
    })
    expect((await load({ file: 'etc/c.json', overrides: { dataDir: 'here' } })).config.dataDir).toBe(join(cwd, 'here'))
  })
})

describe('what is wrong', () => {
  it('is told all at once, each with its file and line, or its variable or flag', async () => {
    write(
      'refbot.config.json',
      `{
  "mode": "turbo",
  "api": { "port": 70000,
    "prot": 1 },
  "time_zone": "Mars/Olympus",
  "proxies": ["a:1", 7,
    "me:hunter2@:1", { "$secret": "nowhere" }],
  "alerts": [
    { "above": 1 },
    { "metric": "x" },
    { "metric": "x", "above": 1, "below": 2 }
  ],
  "retention": 5,
  "retention": { "eventsDays": 0 }
}`,
    )
    const found = await problems({
      env: { REFBOT_API_ENABLE: 'perhaps' },
      overrides: { browser: { headless: 'no' } } as never,
      flags: { 'browser.headless': '--headless' },
    })
    expect(found).toEqual([
      expect.stringMatching(/^refbot\.config\.json:2, mode: .*expected one of/),
      expect.stringMatching(/^refbot\.config\.json:3, api\.port: .*<=65535/),
      'refbot.config.json:4, api.prot: unknown key, the nearest is api.port',
      'refbot.config.json:5, timeZone: expected an IANA time zone, such as Europe/Berlin',
      'refbot.config.json:6, proxies.1: expected a proxy as text, or { "$secret": "name" }',
      'refbot.config.json:7, proxies.2: The port is not a whole number from 1 to 65535',
      expect.stringMatching(
        /^refbot\.config\.json:7, proxies\.3: There is no secret nowhere: not in REFBOT_SECRET_NOWHERE/,
      ),
      expect.stringMatching(/^refbot\.config\.json:9, alerts\.0\.metric: .*expected string/),
      'refbot.config.json:10, alerts.1: exactly one of above and below is needed',
      'refbot.config.json:11, alerts.2: exactly one of above and below is needed',
      'refbot.config.json:14, retention: this key stands in line 13 already',
      expect.stringMatching(/^refbot\.config\.json:14, retention\.eventsDays: .*>0/),
      expect.stringMatching(/^REFBOT_API_ENABLE, api\.enable: .*expected boolean/),
      expect.stringMatching(/^--headless, browser\.headless: .*expected boolean/),
    ])
    expect(JSON.stringify(await check())).not.toContain('hunter2')
  })

  it('is told with the path where the file is TypeScript', async () => {
    write('refbot.config.ts', 'export default { api: { prot: 1 }, mode: 5 }')
    expect(await check()).toMatchObject({
      loaded: undefined,
      problems: [
        { path: 'mode', file: join(cwd, 'refbot.config.ts') },
        { path: 'api.prot', file: join(cwd, 'refbot.config.ts') },
      ],
    })
  })

  it('is thrown as one error, with all of it in `problems`', async () => {
    writeJson({ proxies: Array.from({ length: 30 }, (_, index) => index) })
    const error = await load().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', problems: { length: 30 }, hint: expect.any(String) })
    expect((error as Error).message).toMatch(
      /^The configuration .*refbot\.config\.json is not valid\. .*and 10 more\.$/,
    )
    expect((error as Error).message).not.toContain('\n')
  })

  it.each(['dashboard', 'worker'])('is the mode %s, which is not available yet', async (mode) => {
    writeJson({ mode })
    await expect(load()).rejects.toMatchObject({ code: 'MODE_NOT_AVAILABLE', hint: 'Use the mode api or headless.' })
    writeJson({ mode, colour: 1 })
    await expect(load()).rejects.toMatchObject({ code: 'CONFIG_INVALID', problems: { length: 2 } })
    expect(() => parseConfig({ mode })).toThrow(expect.objectContaining({ code: 'MODE_NOT_AVAILABLE' }))
  })

  it('names every wrong key at once', () => {
    expect(() => parseConfig({ mode: 'turbo', api: { port: 'x' }, colour: 1 })).toThrow(/mode: .*api\.port: .*colour/)
  })

  it.each([
    ['{ "api": ', 'CONFIG_UNREADABLE'],
    ['[]', 'CONFIG_INVALID'],
    ['null', 'CONFIG_INVALID'],
    ['{ "api": { "port": -1 } }', 'CONFIG_INVALID'],
    ['{ "__proto__": { "mode": "api" } }', 'CONFIG_INVALID'],
    ['{ "proxies": ["a:1", "a:1"] }', 'PROXY_LIST_INVALID'],
  ])('refuses %s with %s', async (text, code) => {
    write('refbot.config.json', text)
    await expect(load()).rejects.toMatchObject({ code, hint: expect.any(String) })
  })

  it.each([
    ['refbot.config.mts', 'export default {'],
    ['refbot.config.mts', 'export const config = {}'],
    ['refbot.config.mts', 'throw new Error("nope")'],
  ])('refuses %s with %j', async (name, text) => {
    write(name, text)
    await expect(load()).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE', hint: expect.stringContaining('default') })
  })

  it('tells line and column of broken JSON, and never its text', async () => {
    write('refbot.config.json', '{\n  "proxies": ["me:hunter2@a:1" "b:2"]\n}')
    const error = await load().catch((thrown: unknown) => thrown)
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2')
    expect(error).toMatchObject({
      message: expect.stringMatching(/refbot\.config\.json:2: expected "," or "\]" \(column 32\)/),
      problems: [{ line: 2 }],
    })
  })

  it('refuses a file that is not there, or is a folder', async () => {
    await expect(load({ file: 'nowhere.json' })).rejects.toMatchObject({ code: 'CONFIG_MISSING' })
    mkdirSync(join(cwd, 'refbot.config.json'))
    await expect(load()).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
  })

  it.each([
    ['dataDir', 'a file', 'DATA_DIR_UNUSABLE'],
    ['dataDir', 'a file/below/it', 'DATA_DIR_UNUSABLE'],
    ['pluginsDir', 'a file', 'CONFIG_INVALID'],
  ])('refuses a %s that is %s', async (key, path, code) => {
    write('a file', '')
    write('refbot.config.json', `{\n"${key}": "${path}"\n}`)
    await expect(load()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`refbot\\.config\\.json:2, ${key}: .*a file is no directory`)),
    })
  })
})

describe('notices', () => {
  it('tell of snake_case and of variables that are no key', async () => {
    write('refbot.config.json', '{\n  "plugins_dir": "x",\n  "proxy_strategy": "random"\n}')
    const { notices, config } = await load({ env: { REFBOT_PORTS: '1' } })
    expect(config.proxyStrategy).toBe('random')
    expect(notices.map(describeProblem)).toEqual([
      'REFBOT_PORTS: this variable is no key of the configuration',
      'refbot.config.json:2, pluginsDir: plugins_dir is read as pluginsDir',
      'refbot.config.json:3, proxyStrategy: proxy_strategy is read as proxyStrategy',
    ])
  })
})
