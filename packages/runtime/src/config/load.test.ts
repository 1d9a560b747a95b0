import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig, parseConfig } from './index.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot config ü '))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)

describe('loadConfig', () => {
  it('works without a file, with paths below the folder it was called in', async () => {
    const { config, file } = await loadConfig({ cwd })
    expect(file).toBeUndefined()
    expect(config).toMatchObject({ dataDir: join(cwd, '.refbot'), api: { host: '127.0.0.1', port: 8000 }, mode: 'api' })
  })

  it.each([
    ['refbot.config.json', '{ "api": { "port": 9000 } }'],
    ['refbot.config.js', 'export default { api: { port: 9000 } }'],
    ['refbot.config.mts', 'const port: number = 9000\nexport default { api: { port } }'],
  ])('reads %s', async (name, text) => {
    write(name, text)
    expect((await loadConfig({ cwd })).config.api).toEqual({ enable: true, host: '127.0.0.1', port: 9000 })
  })

  it('lets the command line win over the file, key by key', async () => {
    write('refbot.config.json', '{ "api": { "port": 9000, "host": "::1" } }')
    expect((await loadConfig({ cwd, overrides: { api: { port: 1 } } })).config.api).toMatchObject({
      port: 1,
      host: '::1',
    })
  })

  it('names every wrong key at once', () => {
    expect(() => parseConfig({ mode: 'turbo', api: { port: 'x' }, colour: 1 })).toThrow(/mode: .*api\.port: .*colour/)
  })

  it.each([
    ['{ "api": ', 'CONFIG_UNREADABLE'],
    ['[]', 'CONFIG_INVALID'],
    ['{ "api": { "port": -1 } }', 'CONFIG_INVALID'],
  ])('refuses %s with %s', async (text, code) => {
    write('refbot.config.json', text)
    await expect(loadConfig({ cwd })).rejects.toMatchObject({ code, hint: expect.any(String) })
  })

  it('refuses a file that is not there', async () => {
    await expect(loadConfig({ cwd, file: 'nowhere.json' })).rejects.toMatchObject({ code: 'CONFIG_MISSING' })
  })
})
