import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PluginManager } from './index.ts'

const PACKAGE = join(import.meta.dirname, '..')
const EXAMPLE = join(PACKAGE, 'examples', 'plugin-manager.ts')

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot-program-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

describe('the program in the README', () => {
  it('is the example', () => {
    const [, block] = /```ts\n(.*?)```/s.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8')) ?? []
    expect(block).toBe(readFileSync(EXAMPLE, 'utf8'))
  })

  it('prints what it says, and ends by itself: no handle is left once all is stopped', async () => {
    const plugins = join(PACKAGE, 'src', 'fixtures', 'plugins')
    mkdirSync(join(cwd, 'plugins'))
    symlinkSync(join(plugins, 'hello'), join(cwd, 'plugins', 'hello'))
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@refbot/source', EXAMPLE], { cwd })
    expect(stdout).toBe('hello loaded\nhello success\nhello 1 run\n')
    expect(existsSync(join(cwd, '.refbot', 'refbot.db'))).toBe(true)
    expect(existsSync(join(cwd, '.refbot', 'lock'))).toBe(false)
  }, 60_000)
})

describe('a PluginManager', () => {
  it('opens nothing by being made, nor by being disposed', async () => {
    const before = process.getActiveResourcesInfo().length
    const dataDir = join(cwd, 'unused')
    await using manager = new PluginManager({ pluginsDir: join(cwd, 'plugins'), dataDir })
    await manager[Symbol.asyncDispose]()
    // Fewer where something of an earlier test was still closing.
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before)
    expect(existsSync(dataDir)).toBe(false)
  })
})
