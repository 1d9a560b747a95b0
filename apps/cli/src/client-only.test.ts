import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Branch } from './command.ts'
import { COMMANDS } from './commands.ts'

/** Those that are a server, or need what is on this disk. */
const LOAD_THE_RUNTIME = new Set(['start', 'api start', 'demo'])

const NEED_AN_ID = /^plugin (start|stop|status)$|^run (show|cancel)$/

const cwd = mkdtempSync(join(tmpdir(), 'refbot-client-only-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function paths({ children }: Branch, above: readonly string[] = []): string[] {
  return Object.entries(children).flatMap(([name, node]) => {
    const path = [...above, name]
    return 'children' in node ? paths(node, path) : [path.join(' ')]
  })
}

/** The modules that one call of the program loads; no server answers it. */
async function modulesOf(command: string): Promise<string[]> {
  const file = join(cwd, command.replaceAll(' ', '-'))
  const here = (name: string) => join(import.meta.dirname, name)
  const preload = ['--conditions=@refbot/source', '--import', here('fixtures/record-modules.ts')]
  const args = [...command.split(' '), ...(NEED_AN_ID.test(command) ? ['some-id'] : [])]
  await promisify(execFile)(
    process.execPath,
    [...preload, here('main.ts'), ...args, '--url', 'http://127.0.0.1:9', '--token', 't'],
    {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd, MODULES_FILE: file },
    },
  ).catch(() => undefined)
  return readFileSync(file, 'utf8').trim().split('\n')
}

describe('the CLI is a client', () => {
  const commands = paths(COMMANDS).filter((path) => !LOAD_THE_RUNTIME.has(path))
  const loaded = new Map<string, string[]>()
  beforeAll(async () => {
    for (const command of commands) loaded.set(command, await modulesOf(command))
  }, 120_000)

  it.each(commands)('%s asks the API through the generated client, and loads nothing of the runtime', (command) => {
    const modules = loaded.get(command) ?? []
    expect(modules.filter((url) => /\/packages\/client\/src\/generated\//.test(url))).not.toEqual([])
    expect(
      modules.filter((url) => /\/packages\/(runtime|scheduler|analytics|proxy-scoring)\/|\/apps\/api\//.test(url)),
    ).toEqual([])
  })
})
