import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compatibilityOf } from './compatibility.ts'
import { discover } from './discover.ts'
import { writeSettings } from './settings.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-packages-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, content: unknown = ''): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function install(name: string, told: object = {}): void {
  const refbot = { apiVersion: 1, entry: 'main.js', permissions: ['browser', 'http'] }
  write(`node_modules/${name}/package.json`, {
    name,
    version: '2.0.0',
    keywords: ['refbot-plugin'],
    engines: { refbot: '>=0.1' },
    refbot,
    ...told,
  })
  write(`node_modules/${name}/main.js`, 'throw new Error("code of a plugin ran")')
}

const found = () => discover(join(root, 'plugins'))

describe('packages with the keyword', () => {
  it('are known and disabled, until settings for them say otherwise; no code of theirs runs', () => {
    install('refbot-plugin-shop')
    install('some-library', { keywords: [] })
    expect(found().plugins).toMatchObject([
      { id: 'shop', name: 'refbot-plugin-shop', version: '2.0.0', enabled: false, package: 'refbot-plugin-shop' },
    ])
    write('plugins/shop/plugin_config.json', { enabled: true, settings: { url: 'x' } })
    expect(found()).toMatchObject({
      plugins: [{ id: 'shop', enabled: true, settings: { url: 'x' }, permissions: ['browser', 'http'] }],
      broken: [],
    })
  })

  it('may do what both the package asks for and the operator grants', () => {
    install('refbot-plugin-shop', {
      refbot: { apiVersion: 1, entry: 'main.js', permissions: ['browser'], secrets: ['a', 'b'] },
    })
    write('plugins/shop/plugin_config.json', { permissions: ['browser', 'processes'], secrets: ['b', 'c'] })
    expect(found().plugins).toMatchObject([{ permissions: ['browser'], secrets: ['b'] }])
  })

  it('are only those that the project names, where there is a project', () => {
    install('refbot-plugin-shop')
    install('refbot-plugin-other')
    write('package.json', { dependencies: { 'refbot-plugin-shop': '2' } })
    expect(found().plugins.map(({ id }) => id)).toEqual(['shop'])
  })

  it('are found in the plugins folder itself and in the project around it; the nearer copy counts', () => {
    install('refbot-plugin-shop')
    install('refbot-plugin-other')
    install('../plugins/node_modules/refbot-plugin-shop', { name: 'refbot-plugin-shop', version: '3.0.0' })
    expect(found()).toMatchObject({
      plugins: [
        { id: 'other', version: '2.0.0' },
        { id: 'shop', version: '3.0.0' },
      ],
      broken: [],
    })
  })

  it.each([
    ['an entry that is missing', { refbot: { apiVersion: 1, entry: 'gone.js' } }, 'PLUGIN_ENTRY_MISSING'],
    ['no entry', { refbot: {} }, 'PLUGIN_MANIFEST_INVALID'],
    ['another version of the contract', { refbot: { apiVersion: 99, entry: 'main.js' } }, 'PLUGIN_API_UNSUPPORTED'],
    ['a range without this release', { engines: { refbot: '>=50' } }, 'PLUGIN_API_UNSUPPORTED'],
    ['a range that is none', { engines: { refbot: 'new' } }, 'PLUGIN_API_UNSUPPORTED'],
  ])('with %s are reported, and hide nothing', (_, told, code) => {
    install('refbot-plugin-good')
    install('refbot-plugin-bad', told)
    expect(found()).toMatchObject({ plugins: [{ id: 'good' }], broken: [{ id: 'bad', error: { code } }] })
  })

  it('that say not what they were made for are untested, with a warning', () => {
    install('refbot-plugin-shop', { engines: undefined })
    expect(found().plugins).toMatchObject([
      { compatibility: { is: 'untested', warning: expect.stringContaining('"engines.refbot"') } },
    ])
  })

  it('of the same id as a folder with code, or as another package, are reported beside it', () => {
    install('refbot-plugin-shop')
    install('@acme/refbot-plugin-shop')
    write('plugins/shop/plugin_config.json', {})
    write('plugins/shop/index.js')
    expect(found()).toMatchObject({
      plugins: [{ id: 'shop', package: undefined }],
      broken: [
        { id: '@acme/refbot-plugin-shop', error: { code: 'PLUGIN_DUPLICATE' } },
        { id: 'refbot-plugin-shop', error: { code: 'PLUGIN_DUPLICATE' } },
      ],
    })
  })
})

it('a pre-release counts as the release that it leads to', () => {
  const host = { version: '2.0.0-beta.1', apiVersions: [1] }
  expect(compatibilityOf('p', { apiVersion: 1, range: '^2.0.0-0', own: false }, host).is).toBe('compatible')
})

describe('settings', () => {
  it('are replaced in one step, and nothing else in the file', async () => {
    write('plugins/shop/plugin_config.json', { enabled: true, version: '1.0.0', settings: { a: 1 } })
    const file = join(root, 'plugins/shop/plugin_config.json')
    await writeSettings(file, { b: 2 })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ enabled: true, version: '1.0.0', settings: { b: 2 } })
  })
})
