import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
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
    cpSync(join(plugins, 'hello', 'plugin_config.json'), join(cwd, 'plugins', 'hello', 'plugin_config.json'))
    symlinkSync(join(plugins, 'hello', 'index.ts'), join(cwd, 'plugins', 'hello', 'index.ts'))
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@refbot/source', EXAMPLE], { cwd })
    expect(stdout).toBe('hello loaded\nhello success\nhello 1 run\n')
    expect(existsSync(join(cwd, '.refbot', 'refbot.db'))).toBe(true)
    expect(existsSync(join(cwd, '.refbot', 'lock'))).toBe(false)
  })
})

describe('a PluginManager', () => {
  it('opens nothing by being made, nor by being disposed', async () => {
    const before = process.getActiveResourcesInfo().length
    await using manager = new PluginManager({ pluginsDir: join(cwd, 'plugins') })
    await manager[Symbol.asyncDispose]()
    expect(process.getActiveResourcesInfo()).toHaveLength(before)
    expect(existsSync(join(process.cwd(), '.refbot'))).toBe(false)
  })
})
