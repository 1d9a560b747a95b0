import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CONFIG_NAMES } from '../server/data-dir.ts'
import { call } from '../test-support.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot-init-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const written = (folder = cwd) => JSON.parse(readFileSync(join(folder, 'refbot.config.json'), 'utf8'))

it('leaves a folder in which everything is valid', async () => {
  const { code, stdout, stderr } = await call(['init'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(readdirSync(cwd).sort()).toEqual(['plugins', 'refbot.config.json'])
  expect(written()).toEqual({ dataDir: '.refbot', pluginsDir: 'plugins', proxies: [] })
  const check = await call(['config', 'validate', '--json'], { cwd })
  expect(JSON.parse(check.stdout)).toMatchObject({ valid: true, problems: [], notices: [] })
  expect(stdout).toContain(`Wrote ${join(cwd, 'refbot.config.json')}\n`)
  expect(stdout).toMatch(/Next:\n {2}1\. .*plugins\/[\s\S]*refbot config validate\n {2}\d\. Start: refbot start\n$/)
})

it('makes the folder that it is given, and says so to programs', async () => {
  const folder = join(cwd, 'my bot')
  const { code, stdout } = await call(['init', 'my bot', '--json'], { cwd })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    config: join(folder, 'refbot.config.json'),
    pluginsDir: join(folder, 'plugins'),
    steps: expect.arrayContaining(['cd "my bot"', 'Start: refbot start']),
  })
  expect((await call(['config', 'validate'], { cwd: folder })).code).toBe(0)
})

it('names the schema where it is installed, in the folder or above', async () => {
  const installed = join(cwd, 'node_modules/@refbot/runtime/config-schema.json')
  mkdirSync(dirname(installed), { recursive: true })
  writeFileSync(installed, '{}')
  await call(['init'], { cwd })
  await call(['init', 'one/two'], { cwd })
  expect(written().$schema).toBe('./node_modules/@refbot/runtime/config-schema.json')
  expect(written(join(cwd, 'one/two')).$schema).toBe('../../node_modules/@refbot/runtime/config-schema.json')
  expect((await call(['config', 'validate'], { cwd })).code).toBe(0)
})

it('writes the data directory as the folder sees it', async () => {
  await call(['init', 'sub', '--data-dir', 'data'], { cwd })
  expect(written(join(cwd, 'sub')).dataDir).toBe('../data')
  const { stdout } = await call(['config', 'show', '--json'], { cwd: join(cwd, 'sub') })
  expect(JSON.parse(stdout).keys).toContainEqual(expect.objectContaining({ path: 'dataDir', value: join(cwd, 'data') }))
})

it('reminds the owner of a repository that tokens are none of its business', async () => {
  mkdirSync(join(cwd, '.git'))
  expect((await call(['init'], { cwd })).stdout).toContain('Add .refbot/ to .gitignore')
})

it.each(CONFIG_NAMES)('leaves %s as it is', async (name) => {
  writeFileSync(join(cwd, name), 'mine')
  const { code, stdout, stderr } = await call(['init'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^■ error There is a configuration already: .* \(INIT_EXISTS\)\n {2}.*refbot init <folder>.*\n$/,
  )
  expect(readdirSync(cwd)).toEqual([name])
  expect(readFileSync(join(cwd, name), 'utf8')).toBe('mine')
})

it('keeps plugins that are there', async () => {
  mkdirSync(join(cwd, 'plugins/mine'), { recursive: true })
  expect((await call(['init'], { cwd })).code).toBe(0)
  expect(existsSync(join(cwd, 'plugins/mine'))).toBe(true)
})

it('writes nothing where a file stands in its way', async () => {
  writeFileSync(join(cwd, 'plugins'), 'a file')
  const plugins = await call(['init', '--json'], { cwd })
  expect(plugins).toMatchObject({ code: 1, stdout: '' })
  expect(JSON.parse(plugins.stderr)).toMatchObject({ error: { code: 'CLI_FILE_UNWRITABLE' } })
  expect((await call(['init', 'plugins/below'], { cwd })).stderr).toContain('(CLI_FILE_UNWRITABLE)')
  expect(readdirSync(cwd)).toEqual(['plugins'])
})

it('takes back what it made when the configuration cannot be written', async () => {
  mkdirSync(join(cwd, 'sub'))
  symlinkSync(join(cwd, 'no/where'), join(cwd, 'sub/refbot.config.json'))
  expect(await call(['init', 'sub'], { cwd })).toMatchObject({ code: 1, stdout: '' })
  expect(readdirSync(join(cwd, 'sub'))).toEqual(['refbot.config.json'])
})

it('says that --config is not for it', async () => {
  expect(await call(['init', '--config', 'x.json'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('(CLI_FLAG_CONFLICT)'),
  })
  expect(readdirSync(cwd)).toEqual([])
})
