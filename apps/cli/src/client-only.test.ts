import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Branch } from './command.ts'
import { COMMANDS } from './commands.ts'

/** Those that are a server, or need what is on this disk. */
const LOAD_THE_RUNTIME = [
  'start',
  'api start',
  'demo',
  'config validate',
  'config show',
  'config schema',
  'backup',
  'restore',
  'store check',
  'store rotate-key',
  'authorize init',
  'authorize check',
  'doctor',
  'plugin dev',
  'plugin install',
]

/** Write something here, and ask nobody. */
const ALONE = ['init', 'plugin create']

const NEED_AN_ID =
  /^plugin (start|stop|status|run|action|pause|resume|create)$|^run (show|cancel|requests)$|^origins resume$|^token (create|revoke)$|^proxies (remove|isolate|release)$|^alerts (ack|unsilence)$/
const OURS = /\/packages\/(runtime|scheduler|analytics|proxy-scoring)\/|\/apps\/api\//

const cwd = mkdtempSync(join(tmpdir(), 'refbot-client-only-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function paths({ children }: Branch, above: readonly string[] = []): string[] {
  return Object.entries(children).flatMap(([name, node]) => {
    const path = [...above, name]
    return 'children' in node ? paths(node, path) : [path.join(' ')]
  })
}

interface Called {
  readonly args: readonly string[]
  readonly stderr: string
  /** Loaded by this call, and by none before it. */
  readonly modules: readonly string[]
}

/** Calls of the program, one after the other in a process of their own; no server answers them. */
async function calls(lines: readonly (readonly string[])[]): Promise<readonly Called[]> {
  const file = join(cwd, 'called.json')
  const here = (name: string) => join(import.meta.dirname, name)
  await promisify(execFile)(
    process.execPath,
    ['--conditions=@refbot/source', here('fixtures/record-modules.ts'), JSON.stringify(lines), file],
    { cwd, env: { PATH: process.env.PATH, HOME: cwd } },
  )
  return JSON.parse(readFileSync(file, 'utf8'))
}

describe('the CLI is a client', () => {
  const apart = [...LOAD_THE_RUNTIME, ...ALONE]
  const commands = paths(COMMANDS).filter((path) => !apart.includes(path))
  let called: readonly Called[] = []
  beforeAll(async () => {
    const lines = [...ALONE, ...commands].map((line) => [
      ...line.split(' '),
      ...(NEED_AN_ID.test(line) ? ['some-id'] : []),
      ...(line === 'proxies add' ? ['proxy.test:3128'] : []),
      ...(line === 'alerts silence' ? ['some-rule', '--for', '1h'] : []),
      ...(line === 'plugin action' ? ['some-action'] : []),
      ...(line === 'metrics export' ? ['--file', 'out.csv'] : []),
      ...['--url', 'http://127.0.0.1:9', '--token', 't', '--json'],
    ])
    // The last one proves that the runtime would be seen.
    called = await calls([...lines, ['config', 'schema']])
  }, 60_000)

  const of = (line: string) => called[[...ALONE, ...commands].indexOf(line)]

  it.each(commands)('%s asks the API, and loads nothing of the runtime', (line) => {
    expect(JSON.parse(of(line)?.stderr ?? '')).toMatchObject({ error: { code: 'API_UNREACHABLE' } })
    expect(of(line)?.modules.filter((url) => OURS.test(url))).toEqual([])
  })

  it('asks it through the generated client', () => {
    const modules = called.flatMap(({ modules }) => modules)
    expect(modules.filter((url) => /\/packages\/client\/src\/generated\//.test(url))).not.toEqual([])
  })

  it.each(ALONE)('%s asks nobody, and loads nothing of the runtime', (line) => {
    expect(of(line)).toMatchObject({ stderr: '' })
    expect(of(line)?.modules.filter((url) => OURS.test(url) || /\/packages\/client\//.test(url))).toEqual([])
  })

  it('loads the runtime only in commands that are there, and would show it here', () => {
    expect(paths(COMMANDS)).toEqual(expect.arrayContaining(apart))
    expect(called.at(-1)?.modules.filter((url) => OURS.test(url))).not.toEqual([])
  })
})
