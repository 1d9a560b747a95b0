import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createClient } from '@refbot/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, refbot, server, type TestServer, workFolder } from './test-support.ts'

const folder = workFolder({
  proxies: ['127.0.0.1:4001:user:s3cret', '127.0.0.1:4002'],
  // Of what runs here and is stopped, nothing ends by itself, nor is meant to.
  limits: { stopMs: 200 },
  jobs: [{ id: 'boots', plugin: 'boots', at: '2026-01-01T00:00:00Z', notReady: { attempts: 2, delayMs: 3_600_000 } }],
})
const cwd = folder.path
let running: TestServer
beforeAll(async () => {
  running = await server(['api', 'start', '--port', '0'], { cwd })
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** On a command line that works: its output, after nothing on stderr. */
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(args, { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const json = async (...args: string[]) => JSON.parse(await ok(...args, '--json'))

const isD = ({ host }: { host: string }) => host === 'd.test'

describe('a running server', () => {
  it('says where it listens and where its token is, and never the token', async () => {
    const token = readFileSync(join(cwd, '.refbot/admin-token'), 'utf8').trim()
    expect(running.up).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: running.child.pid,
      tokenFile: join(cwd, '.refbot/admin-token'),
    })
    expect(running.output.stdout + running.output.stderr).not.toContain(token)
    expect(JSON.parse(readFileSync(join(cwd, '.refbot/api.json'), 'utf8'))).toEqual({
      url: running.up.url,
      pid: running.up.pid,
    })
    expect(statSync(join(cwd, '.refbot/api.json')).mode & 0o777).toBe(0o600)
  })

  it('runs a plugin: started, followed, listed, shown, measured', async () => {
    expect(await ok('plugin', 'list')).toMatch(/hello +○ stopped +1\.2\.3 +0 +– +– +–\n/)
    const waited = await call(['plugin', 'start', 'hello', '--wait'], { cwd })
    expect(waited).toMatchObject({ code: 0, stderr: '' })
    expect(waited.stdout).toMatch(/status +● success/)
    expect(waited.stdout).toMatch(/greetings +1\ntext +hello/)
    expect(waited.stdout).toMatch(/greeting\.html +text\/html +30 B/)

    const { runs } = await json('run', 'list', '--plugin', 'hello')
    expect(runs).toMatchObject([{ plugin: 'hello', status: 'success', cause: 'api' }])
    expect(await ok('run', 'show', runs[0].id)).toContain('● success')
    expect(await ok('run', 'list', '--plugin=hello')).toContain(runs[0].id)
    expect(await json('plugin', 'status', 'hello')).toMatchObject({
      metrics: { runs: 1, succeeded: 1, successRate: 1 },
    })

    expect(await ok('metrics', 'show', '--hours', '1', '--name', 'hello.length')).toMatch(
      /hello\.length +language=en plugin=hello +1 +5/,
    )
    const csv = await ok('metrics', 'export', '--name', 'hello.length')
    expect(csv).toMatch(/^timestamp,name,labels,value\r\n[^\r]+,hello\.length,.*,5\r\n$/)
    const saved = await json('metrics', 'export', '--name', 'hello.length', '--file', 'out.csv')
    expect(saved).toEqual({ file: join(cwd, 'out.csv'), bytes: csv.length })
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toBe(csv)
  })

  it('says until when a plugin waits that is not ready, and why', async () => {
    const token = readFileSync(join(cwd, '.refbot/admin-token'), 'utf8').trim()
    const client = createClient({ baseUrl: String(running.up.url), token })
    for await (const event of client.events({ after: 0 })) {
      if (event.type === 'run.changed' && event.data.plugin === 'boots') break
    }
    const { runId, until } = (await json('plugin', 'status', 'boots')).waiting
    const text = /waiting +until \d{4}-\S+ \S+ because The shop still boots\. \(PLUGIN_NOT_READY\)\n/
    expect(await ok('plugin', 'status', 'boots')).toMatch(text)
    expect(await ok('plugin', 'list')).toMatch(/boots .* again \d{4}-/)
    expect(await json('run', 'show', runId)).toMatchObject({ status: 'retrying', retryAt: until })
    expect(await ok('run', 'show', runId)).toMatch(text)
  })

  it("lists in a command's help what the settings and actions of its plugin take", async () => {
    const help = await ok('plugin', 'run', 'takes', '--help')
    expect(help).toContain('Settings of takes, for this run alone')
    expect(help).toMatch(/--times <integer> +How often\. Default 10\.\n/)
    expect(help).toMatch(/--pace slow\|fast +Default "slow"\.\n/)
    expect(help).toMatch(/--set\.url <string> +The page\.\n/)
    expect(help).toContain('--set.url is set so because every command has a flag --url of its own.')
    expect(help).toContain('in "settings" of plugin_config.json: password.')
    expect(await ok('takes', '--help')).toMatch(/Actions of takes\n +takes look +Looks\.\n/)
    const action = await ok('takes', 'look', '--help')
    expect(action).toMatch(/takes look\n +--at <string>/)
    expect(action).toContain('as plain words in this order: --at.')
    expect(await ok('plugin', 'run', 'nope', '--help')).toContain('There is no plugin nope')
  })

  it('makes tokens that may look, or do everything, and says who did what', async () => {
    const { token, record } = await json('token', 'create', 'grafana')
    const asReader = async (...args: string[]) => call([...args, '--token', token], { cwd })
    expect(await asReader('run', 'list')).toMatchObject({ code: 0, stderr: '' })
    expect((await asReader('plugin', 'stop', 'hello')).stderr).toContain('TOKEN_FORBIDDEN')
    expect(await ok('token', 'list')).toMatch(new RegExp(`${record.id} +grafana +read .* valid`))
    expect(await ok('token', 'revoke', record.id)).toContain('not valid any more')
    expect((await asReader('run', 'list')).stderr).toContain('TOKEN_INVALID')
    expect(await ok('audit', '--limit', '2')).toMatch(
      /admin +admin +DELETE +\/api\/tokens\/t-\w+ +200\n.* grafana +t-\w+ +POST +\/api\/plugins\/hello\/stop +403/,
    )
  })

  it('says with its exit code that a run failed', async () => {
    const { code, stdout } = await call(['plugin', 'start', 'failing', '--wait'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toMatch(/status +■ failed/)
    expect(stdout).toContain('It failed as it was meant to. (MEANT_TO_FAIL)')
    const machine = await call(['plugin', 'start', 'failing', '--wait', '--json'], { cwd })
    expect(machine).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(machine.stdout)).toMatchObject({ status: 'failed', error: { code: 'MEANT_TO_FAIL' } })
  })

  it('starts without waiting, and ends a run and a plugin', async () => {
    const run = await json('plugin', 'start', 'stubborn')
    expect(run).toMatchObject({ plugin: 'stubborn', status: 'running' })
    expect(await ok('run', 'cancel', run.id)).toBe(`Run ${run.id} has ended: cancelled.\n`)
    expect(await ok('plugin', 'stop', 'stubborn')).toBe('stubborn is stopped; nothing of it runs.\n')
  })

  it('shows proxies, their credentials never', async () => {
    const texts = await Promise.all([
      ok('proxies', 'score', '--top', '1'),
      ok('proxies', 'health'),
      ok('proxies', 'score', '--json'),
      ok('proxies', 'health', '--json'),
    ])
    expect(texts[0]).toMatch(/127\.0\.0\.1:400\d\S* +35\.0 +50 % +50 % +0 % +– +0 +● closed/)
    expect(texts[0]).toContain('1 of 2')
    expect(texts[1]).toContain('2 closed, 0 half-open, 0 open, 0 isolated')
    expect(texts.join()).not.toMatch(/s3cret|user/)
  })

  it('adds proxies from files, stdin and the command line, and says which lines are bad', async () => {
    writeFileSync(join(cwd, 'list.txt'), '# rented\na.test:1:user:s3cret\nb.test:0\n')
    const words = ['proxies', 'add', 'list.txt', '-', 'socks5://d.test', 'nobody:@']
    const { code, stdout, stderr } = await call(words, { cwd, stdin: 'c.test:1\n\ne.test' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(
      /^■ list\.txt:3: The port is not .*\n■ stdin:3: .*\n■ argument:2: .*\n3 added, 3 could not be read\.\n$/,
    )
    const { proxies } = await json('proxies', 'score')
    const added = proxies.filter(({ source }: { source: string }) => source === 'added')
    expect(added.map(({ host }: { host: string }) => host).toSorted()).toEqual(['a.test', 'c.test', 'd.test'])
    expect(await json('proxies', 'add', 'socks5://d.test')).toEqual({
      added: [],
      known: [added.find(isD).id],
      errors: [],
    })
    for (const { id } of added) expect(await ok('proxies', 'remove', id)).toBe(`${id} is gone.\n`)
    expect(stdout + JSON.stringify(proxies)).not.toMatch(/s3cret/)
  })

  it('shuts a proxy out and lets it back by hand', async () => {
    const id = 'http://127.0.0.1:4002'
    expect(await ok('proxies', 'isolate', id)).toContain('shut out')
    expect(await ok('proxies', 'health')).toContain('1 isolated')
    expect(await ok('proxies', 'release', id)).toContain('used again')
    expect(await ok('proxies', 'health')).toContain('0 isolated')
  })

  it('lets no plugin speak to the terminal', async () => {
    const texts = await Promise.all(
      [
        ['plugin', 'start', 'evil', '--wait'],
        ['plugin', 'status', 'evil'],
        ['plugin', 'status', 'evil', '--json'],
        ['plugin', 'list'],
      ].map((args) => ok(...args)),
    )
    texts.push(await ok('metrics', 'show', '--name', 'evil.count', '--hours', '1'))
    for (const text of texts) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
    expect(texts[0]).toContain('\\x1b[1A\\x1b[2Kgone')
    expect(texts[0]).toContain('\\x1b[5mkey')
  })
})

it('every command of the first example of the README works', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const lines = (/```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').trim().split('\n')
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) {
    const [program, ...args] = line.split(' ')
    expect(program).toBe('refbot')
    expect(await ok(...args), line).toMatch(/\S/)
  }
  expect(readFileSync(join(cwd, 'durations.csv'), 'utf8')).toContain('run.duration')
})

describe('bad input: one sentence, a stable code, nothing on stdout', () => {
  const cases: readonly (readonly [args: string, exit: number, code: string])[] = [
    ['', 2, 'CLI_COMMAND_MISSING'],
    ['plugin', 2, 'CLI_COMMAND_MISSING'],
    ['plugin frobnicate', 2, 'CLI_UNKNOWN_COMMAND'],
    ['plugin list --frobnicate', 2, 'CLI_UNKNOWN_FLAG'],
    ['plugin start', 2, 'CLI_ARGUMENT_MISSING'],
    ['plugin list extra', 2, 'CLI_ARGUMENT_UNEXPECTED'],
    ['metrics show --hours', 2, 'CLI_FLAG_VALUE_MISSING'],
    ['metrics show --hours many', 2, 'CLI_FLAG_INVALID'],
    ['metrics show --hours 0', 2, 'CLI_FLAG_INVALID'],
    ['run list --status great', 2, 'CLI_FLAG_INVALID'],
    ['api start --port 70000', 2, 'CLI_FLAG_INVALID'],
    ['start --mode fast', 2, 'CLI_FLAG_INVALID'],
    ['plugin start nope', 1, 'PLUGIN_UNKNOWN'],
    ['plugin start nope --wait', 1, 'PLUGIN_UNKNOWN'],
    ['plugin status ..', 1, 'PLUGIN_UNKNOWN'],
    ['run show nope', 1, 'RUN_UNKNOWN'],
    ['alerts ack nope', 1, 'ALERT_UNKNOWN'],
    ['alerts silence quiet', 2, 'CLI_FLAG_CONFLICT'],
    ['alerts silence --for 1h', 2, 'CLI_ARGUMENT_MISSING'],
    ['alerts silence --labels shop --for 1h', 2, 'CLI_FLAG_INVALID'],
    ['alerts silence quiet --until 2001-01-01', 1, 'SILENCE_OVER'],
    ['alerts unsilence nope', 1, 'SILENCE_UNKNOWN'],
    ['proxies add', 2, 'CLI_ARGUMENT_MISSING'],
    ['proxies add missing.txt', 1, 'CLI_FILE_UNREADABLE'],
    ['proxies add x:1 --protocol ftp', 2, 'CLI_FLAG_INVALID'],
    ['proxies remove http://x:1', 1, 'PROXY_UNKNOWN'],
    ['proxies remove http://127.0.0.1:4002', 1, 'PROXY_CONFIGURED'],
    ['proxies isolate http://x:1', 1, 'PROXY_UNKNOWN'],
    ['plugin list --token wrong', 1, 'TOKEN_INVALID'],
    ['plugin list --data-dir empty --url $URL', 1, 'TOKEN_MISSING'],
    ['plugin list --url http://127.0.0.1:1', 1, 'API_UNREACHABLE'],
    ['plugin list --url ftp://x', 1, 'API_URL_INVALID'],
    ['plugin list --config missing.json', 1, 'CONFIG_MISSING'],
    ['plugin list --config broken.json', 1, 'CONFIG_UNREADABLE'],
    ['metrics export --file no/such/folder.csv', 1, 'CLI_FILE_UNWRITABLE'],
    ['start --config missing.json', 1, 'CONFIG_MISSING'],
    ['start --config broken.json', 1, 'CONFIG_UNREADABLE'],
    ['start --config wrong.json', 1, 'CONFIG_INVALID'],
    ['start --config proxies.json', 1, 'PROXY_LIST_INVALID'],
    ['start --port 0', 1, 'DATA_DIR_LOCKED'],
    ['config show --config missing.json', 1, 'CONFIG_MISSING'],
    ['config frobnicate', 2, 'CLI_UNKNOWN_COMMAND'],
    ['init', 1, 'INIT_EXISTS'],
    ['init . extra', 2, 'CLI_ARGUMENT_UNEXPECTED'],
    ['init elsewhere --config x.json', 2, 'CLI_FLAG_CONFLICT'],
    ['api start --data-dir other --port $BUSY', 1, 'API_PORT_BUSY'],
    ['api start --data-dir other2 --port 0 --host 203.0.113.1', 1, 'API_HOST_INVALID'],
  ]
  const other = createServer()
  beforeAll(async () => {
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    writeFileSync(join(cwd, 'broken.json'), '{ "mode": ')
    writeFileSync(join(cwd, 'wrong.json'), '{ "mode": "fast" }')
    writeFileSync(join(cwd, 'proxies.json'), '{ "proxies": ["user:s3cret@host"], "dataDir": "p" }')
  })
  afterAll(() => other.close())

  it.each(cases)('refbot %s', async (line, exit, code) => {
    const { port } = other.address() as { port: number }
    const args = line.replace('$URL', String(running.up.url)).replace('$BUSY', String(port)).split(' ').filter(Boolean)
    const human = await call(args, { cwd })
    const machine = await call([...args, '--json'], { cwd })
    expect(human).toMatchObject({ code: exit, stdout: '' })
    expect(human.stderr).toMatch(new RegExp(`^■ error [^\\n]+ \\(${code}\\)\\n {2}[^\\n]+\\n$`))
    expect(human.stderr).not.toMatch(/s3cret|\n {4}at /)
    if (code === 'CLI_FLAG_VALUE_MISSING') return
    expect(machine).toMatchObject({ code: exit, stdout: '' })
    const { problems, ...error } = JSON.parse(machine.stderr).error
    expect(error).toEqual({ code, message: expect.any(String), hint: expect.any(String) })
    expect(problems === undefined || problems.length === 1).toBe(true)
  })

  it('is the same in a process of its own', async () => {
    const [unknown, wrong] = await Promise.all([
      refbot(['plugin', 'frobnicate'], { cwd }),
      refbot(['plugin', 'start', 'nope', '--json'], { cwd }),
    ])
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(CLI_UNKNOWN_COMMAND)') })
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'PLUGIN_UNKNOWN' } })
  })

  it('leaves what was stored as it was', async () => {
    const states = (await json('plugin', 'list')).plugins.map(({ id, desired }: { id: string; desired: string }) => [
      id,
      desired,
    ])
    expect(Object.fromEntries(states)).not.toHaveProperty('nope')
    expect(existsSync(join(cwd, 'p'))).toBe(false)
    expect(existsSync(join(cwd, 'other/api.json'))).toBe(false)
  })

  it('shows the stack with --debug only', async () => {
    const { stderr } = await call(['plugin', 'list', '--url', 'http://127.0.0.1:1', '--debug'], { cwd })
    expect(stderr).toMatch(/\(API_UNREACHABLE\)[\s\S]*\n {4}at [\s\S]*Caused by .*ECONNREFUSED/)
  })

  it('keeps a file of before when an export fails', async () => {
    const file = join(cwd, 'kept.csv')
    writeFileSync(file, 'before')
    await call(['metrics', 'export', '--file', file, '--token', 'wrong'], { cwd })
    expect(readFileSync(file, 'utf8')).toBe('before')
  })
})

describe('help and version', () => {
  it('are on stdout, load nothing, and need no server', async () => {
    const elsewhere = { cwd: '/' }
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await refbot(['--version'], elsewhere)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    const help = await call(['--help'], elsewhere)
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of [
      'start',
      'demo',
      'plugin list',
      'run cancel',
      'metrics export',
      'proxies health',
      'api start',
    ])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    const own = await call(['plugin', 'start', '--help'], elsewhere)
    expect(own.stdout).toContain('refbot plugin start <id> [flags]')
    expect(own.stdout).toMatch(/--wait +Follow the run/)
    const raw = await call(['plugin', 'run', 'hello', '--help'], elsewhere)
    expect(raw).toMatchObject({ code: 0, stdout: expect.stringMatching(/told by the running server\. .*refbot start/) })
  })
})
