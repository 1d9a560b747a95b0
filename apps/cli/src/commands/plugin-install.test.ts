import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PluginManager } from '@refbot/runtime'
import { afterAll, describe, expect, it } from 'vitest'
import { call, workFolder } from '../test-support.ts'

const work = workFolder({ pluginsDir: 'plugins' })
afterAll(() => work[Symbol.dispose]())
const at = (...names: string[]) => join(work.path, ...names)
// npm needs no registry for packages that depend on nothing.
const env = { PATH: process.env.PATH ?? '', HOME: work.path }
const install = (...args: string[]) => call(['plugin', 'install', ...args], { cwd: work.path, env })
const read = (...names: string[]) => JSON.parse(readFileSync(at(...names), 'utf8'))

/** A package without dependencies: a schema of its own, and what it says. */
function plugin(folder: string, told: object = {}, says = 'hello'): void {
  mkdirSync(at(folder), { recursive: true })
  const manifest = {
    name: `refbot-plugin-${folder}`,
    version: '1.0.0',
    type: 'module',
    keywords: ['refbot-plugin'],
    engines: { refbot: '>=0.1.0' },
    scripts: { preinstall: 'touch ran', install: 'touch ran', prepare: 'touch ran' },
    refbot: { apiVersion: 1, entry: 'index.js', permissions: ['http'] },
    ...told,
  }
  writeFileSync(at(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(
    at(folder, 'index.js'),
    `const schema = { type: 'object' }
const config = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema: { input: () => schema, output: () => schema } } }
export default { apiVersion: 1, config, permissions: ['http'], execute: () => ${JSON.stringify(says)} }\n`,
  )
}

describe('plugin install', () => {
  it('shows what the plugin asks for, and installs nothing before somebody agrees', async () => {
    plugin('greeter')
    const { code, stderr } = await install('./greeter')
    expect(code).toBe(1)
    expect(stderr).toContain('http: sends requests without a browser, to authorised sites')
    expect(stderr).toContain('(PLUGIN_INSTALL_UNCONFIRMED)')
    expect(existsSync(at('plugins'))).toBe(false)
  }, 60_000)

  it('puts it where discovery finds it, disabled; enabled, it runs', async () => {
    const { code, stdout, stderr } = await install('./greeter', '--yes', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ id: 'greeter', permissions: ['http'], enabled: false })
    expect(read('plugins/greeter/plugin_config.json')).toEqual({ enabled: false, permissions: ['http'], settings: {} })
    expect(read('plugins/package.json').dependencies).toEqual({
      'refbot-plugin-greeter': 'file:.packages/refbot-plugin-greeter-1.0.0.tgz',
    })
    expect(readdirSync(at('plugins/node_modules/refbot-plugin-greeter'))).toEqual(['index.js', 'package.json'])
    rmSync(at('greeter'), { recursive: true })

    const manager = new PluginManager({ pluginsDir: at('plugins'), dataDir: at('data') })
    await using _ = manager
    await expect(manager.startPlugin('greeter')).rejects.toMatchObject({ code: 'PLUGIN_DISABLED' })
    writeFileSync(at('plugins/greeter/plugin_config.json'), JSON.stringify({ enabled: true, permissions: ['http'] }))
    const run = await manager.startPlugin('greeter')
    expect(await manager.settled(run.id)).toMatchObject({ status: 'success', result: 'hello' })
  }, 60_000)

  it('keeps the settings and the grants of one that is there, and the other plugins', async () => {
    const refbot = { apiVersion: 1, entry: 'index.js', permissions: ['http', 'processes'] }
    plugin('greeter', { version: '2.0.0', refbot })
    plugin('farewell')
    expect(await install('./farewell', '--yes')).toMatchObject({ code: 0 })
    expect(await install('./greeter', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('2.0.0') })
    const manager = new PluginManager({ pluginsDir: at('plugins'), dataDir: at('data') })
    await using _ = manager
    expect(await manager.discoverPlugins()).toMatchObject({
      plugins: [
        { id: 'farewell', enabled: false },
        { id: 'greeter', enabled: true, version: '2.0.0', permissions: ['http'] },
      ],
      broken: [],
    })
  }, 60_000)

  it.each([
    ['no keyword', { keywords: [] }, 'PLUGIN_PACKAGE_INVALID'],
    ['another version of the contract', { refbot: { apiVersion: 99, entry: 'index.js' } }, 'PLUGIN_API_UNSUPPORTED'],
    ['an entry that is missing', { refbot: { apiVersion: 1, entry: 'gone.js' } }, 'PLUGIN_ENTRY_MISSING'],
    ['the id of another', { name: '@acme/refbot-plugin-greeter' }, 'PLUGIN_DUPLICATE'],
    ['a name that leads elsewhere', { name: 'refbot-plugin-..' }, 'PLUGIN_PACKAGE_INVALID'],
  ])(
    'refuses a package with %s, and changes nothing',
    async (_, told, error) => {
      plugin('bad', told)
      const before = read('plugins/package.json')
      expect(await install('./bad', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining(`(${error})`) })
      expect(read('plugins/package.json')).toEqual(before)
    },
    60_000,
  )

  it('says so where there is no such folder', async () => {
    expect(await install('./nowhere', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(NPM_FAILED)'),
    })
  }, 60_000)
})

describe('plugin create', () => {
  it('writes a plugin as npm create does, with the exit codes of that', async () => {
    const create = (...args: string[]) => call(['plugin', 'create', ...args], { cwd: work.path, env })
    const { code, stdout } = await create('shop', '--template', 'http', '--no-interactive')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('1. cd shop') })
    expect(read('shop/package.json')).toMatchObject({ name: 'refbot-plugin-shop', refbot: { permissions: ['http'] } })
    expect(await create('shop')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(CREATE_FOLDER_NOT_EMPTY)'),
    })
    expect(await create('Shop')).toMatchObject({ code: 2, stderr: expect.stringContaining('(CREATE_NAME_INVALID)') })
    expect(await create()).toMatchObject({ code: 2, stderr: expect.stringContaining('(CREATE_TARGET_MISSING)') })
  })
})
