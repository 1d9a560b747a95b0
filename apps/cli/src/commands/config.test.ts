import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '@refbot/runtime'
import { afterAll, expect, it } from 'vitest'
import { call, workFolder } from '../test-support.ts'

const folder = workFolder()
const cwd = folder.path
afterAll(() => folder[Symbol.dispose]())

/** Its name, for one test alone. */
function file(name: string, lines: readonly string[]): string {
  writeFileSync(join(cwd, name), lines.join('\n'))
  return name
}

const broken = file('broken.json', [
  '{',
  '  "mode": "fast",',
  '  "colour": "\\u001b[31mred",',
  '  "data_dir": "mine",',
  '  "api": { "port": "many" },',
  '  "proxies": ["user:hunter2@host"]',
  '}',
])
const snake = file('snake.json', ['{', '  "data_dir": "mine",', '  "proxies": ["127.0.0.1:1:user:hunter2"]', '}'])

it('validate tells everything that is wrong, each in a line with its file, line and path', async () => {
  const { code, stdout, stderr } = await call(['config', 'validate', '--config', broken], { cwd })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^■ error broken\.json:2, mode: .*"api".* \(CONFIG_INVALID\)$/),
    expect.stringMatching(/^■ error broken\.json:3, colour: unknown key.* \(CONFIG_KEY_UNKNOWN\)$/),
    expect.stringMatching(/^■ error broken\.json:5, api\.port: .*expected number.* \(CONFIG_INVALID\)$/),
    expect.stringMatching(/^■ error broken\.json:6, proxies\.0: .* Write each as .* \(PROXY_LIST_INVALID\)$/),
    '▲ warning broken.json:4, dataDir: data_dir is read as dataDir',
    `${join(cwd, broken)} has 4 problems.`,
  ])
  expect(stdout).not.toMatch(/hunter2|[^\P{Cc}\n]/u)
})

it('validate tells the same to programs', async () => {
  const { code, stdout, stderr } = await call(['config', 'validate', '--json', '--config', broken], { cwd })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({ file: join(cwd, broken), valid: false, notices: [{ path: 'dataDir', line: 4 }] })
  expect(told.problems.map(({ path, line }: { path: string; line: number }) => [path, line])).toEqual([
    ['mode', 2],
    ['colour', 3],
    ['api.port', 5],
    ['proxies.0', 6],
  ])
  expect(stdout).not.toContain('hunter2')
})

it('validate says that a configuration can be used, and stores nothing', async () => {
  const { code, stdout } = await call(['config', 'validate'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: `● ${join(cwd, 'refbot.config.json')} is valid.\n` })
  const machine = await call(['config', 'validate', '--json', '--config', snake], { cwd })
  expect(JSON.parse(machine.stdout)).toMatchObject({ valid: true, problems: [], notices: [{ path: 'dataDir' }] })
  expect(existsSync(join(cwd, 'mine'))).toBe(false)
  expect(existsSync(join(cwd, '.refbot'))).toBe(false)
})

it('validate counts a file that is not there as a problem, and no file as none', async () => {
  const missing = await call(['config', 'validate', '--config', 'missing.json'], { cwd })
  expect(missing).toMatchObject({ code: 1, stdout: expect.stringMatching(/missing\.json.*\(CONFIG_MISSING\)\n/) })
  mkdirSync(join(cwd, 'empty'))
  const defaults = await call(['config', 'validate', '--json'], { cwd: join(cwd, 'empty') })
  expect(JSON.parse(defaults.stdout)).toEqual({ valid: true, problems: [], notices: [] })
})

it('names the flag and the variable that is wrong', async () => {
  const args = ['config', 'validate', '--data-dir', snake]
  const { stdout } = await call(args, { cwd, env: { REFBOT_API_PORT: 'many' } })
  expect(stdout).toMatch(/^■ error REFBOT_API_PORT, api\.port: /m)
  const flag = await call(args, { cwd })
  expect(flag.stdout).toMatch(/^■ error --data-dir, dataDir: .* is no directory.* \(DATA_DIR_UNUSABLE\)$/m)
})

it('show tells each value and where it comes from, and no secret', async () => {
  const env = { REFBOT_API_PORT: '9000' }
  const { code, stdout, stderr } = await call(['config', 'show', '--config', snake], { cwd, env })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: '▲ warning snake.json:2, dataDir: data_dir is read as dataDir\n',
  })
  expect(stdout).toMatch(/^KEY +VALUE +FROM\n/)
  expect(stdout).toMatch(/^api\.port +9000 +REFBOT_API_PORT$/m)
  expect(stdout).toMatch(new RegExp(`^dataDir +${join(cwd, 'mine')} +snake\\.json:2$`, 'm'))
  expect(stdout).toMatch(/^timeZone +– +built in$/m)
  expect(stdout).toMatch(/^proxies +\["http:\/\/127\.0\.0\.1:1 \[login not shown\]"\] +snake\.json:3$/m)
  const flag = await call(['config', 'show', '--data-dir', 'x'], { cwd })
  expect(flag.stdout).toMatch(new RegExp(`^dataDir +${join(cwd, 'x')} +--data-dir$`, 'm'))

  const machine = await call(['config', 'show', '--config', snake, '--json'], { cwd, env })
  expect(machine).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(machine.stdout)).toMatchObject({
    file: join(cwd, snake),
    keys: expect.arrayContaining([
      { path: 'api.port', value: 9000, source: 'environment', where: 'REFBOT_API_PORT' },
      { path: 'timeZone', value: null, source: 'default', where: 'built in' },
    ]),
    notices: [{ path: 'dataDir', line: 2 }],
  })
  expect(stdout + machine.stdout).not.toContain('hunter2')
})

it('show tells a long list by its length', async () => {
  const long = file('long.json', [
    JSON.stringify({ proxies: Array.from({ length: 50 }, (_, n) => `127.0.0.1:${n + 1}`) }),
  ])
  const { stdout } = await call(['config', 'show', '--config', long], { cwd })
  expect(stdout).toMatch(/^proxies +50 entries +long\.json:1$/m)
})

it('schema is the JSON Schema, for people and programs alike', async () => {
  for (const args of [[], ['--json']]) {
    const { code, stdout, stderr } = await call(['config', 'schema', ...args], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual(configJsonSchema())
  }
})

it.each(['config show', 'start'])('%s refuses a broken configuration with its problems, one a line', async (line) => {
  const { code, stdout, stderr } = await call([...line.split(' '), '--config', broken], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  expect(lines[0]).toBe(`■ error The configuration ${join(cwd, broken)} is not valid. (CONFIG_INVALID)`)
  expect(lines.slice(1, -1).map((text) => /^ {2}broken\.json:(\d), \S+: /.exec(text)?.[1])).toEqual([
    '2',
    '3',
    '5',
    '6',
  ])
  expect(lines.at(-1)).toMatch(/^ {2}\S/)

  const machine = await call([...line.split(' '), '--config', broken, '--json'], { cwd })
  const { error } = JSON.parse(machine.stderr)
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', hint: expect.any(String) })
  expect(error.problems).toHaveLength(4)
  expect(stderr + machine.stderr).not.toMatch(/hunter2|[^\P{Cc}\n]/u)
})

it('start shows the first 20 problems of many, and where to see all', async () => {
  const keys = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`unknown${n}`, 1]))
  const many = file('many.json', [JSON.stringify(keys)])
  const { stderr } = await call(['start', '--config', many], { cwd })
  expect(stderr.match(/^ {2}many\.json:1, /gm)).toHaveLength(20)
  expect(stderr).toMatch(/\n {2}and 30 more; all of them: refbot config validate\n/)
  expect((await call(['config', 'validate', '--config', many], { cwd })).stdout.match(/^■/gm)).toHaveLength(50)
})

it.each([
  ['start --data-dir', '--data-dir, dataDir: '],
  ['api start --data-dir', '--data-dir, dataDir: '],
])('%s is named where it is wrong', async (line, place) => {
  const { code, stderr } = await call([...line.split(' '), snake], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain(`${place}${join(cwd, snake)} is no directory`)
  expect(stderr).toContain('(DATA_DIR_UNUSABLE)')
})

it('start warns of what should be written otherwise, on stderr and before all else', async () => {
  const nowhere = ['api', 'start', '--host', '203.0.113.1', '--port', '0', '--config', snake]
  const env = { REFBOT_PROT: '1' }
  const { code, stderr } = await call(nowhere, { cwd, env })
  expect(code).toBe(1)
  expect(stderr.split('\n').slice(0, 3)).toEqual([
    '▲ warning REFBOT_PROT: this variable is no key of the configuration',
    '▲ warning snake.json:2, dataDir: data_dir is read as dataDir',
    expect.stringMatching(/^■ error .*\(API_HOST_INVALID\)$/),
  ])
  const machine = await call([...nowhere, '--json'], { cwd, env })
  expect(JSON.parse(machine.stderr)).toMatchObject({ error: { code: 'API_HOST_INVALID' } })
})

it('the README shows what validate prints', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, shown = ''] = /^\$ refbot config validate\n([\s\S]*?)```/m.exec(readme) ?? []
  using srv = workFolder()
  const text = ['{', '  "pluginsDir": "p",', '  "api": { "prot": 9000 },', '  "data_dir": "mine"', '}']
  writeFileSync(join(srv.path, 'refbot.config.json'), text.join('\n'))
  const { stdout } = await call(['config', 'validate'], { cwd: srv.path })
  expect(stdout.replaceAll(srv.path, '/srv/refbot')).toBe(shown)
})
