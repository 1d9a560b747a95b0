import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discover } from './discover.ts'

let pluginsDir: string
beforeEach(() => {
  pluginsDir = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-plugins-')))
})
afterEach(() => rmSync(pluginsDir, { recursive: true, force: true }))

function write(path: string, text = ''): void {
  const file = join(pluginsDir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

describe('discover', () => {
  it('finds each folder with a manifest, by name, and no other', () => {
    write('b/plugin_config.json', '{}')
    write('b/index.js')
    write('a/plugin_config.json', '{ "enabled": false, "name": "A", "settings": { "url": "x" } }')
    write('a/index.ts')
    write('notes/readme.txt')
    const { plugins, broken } = discover(pluginsDir)
    expect(broken).toEqual([])
    expect(plugins).toMatchObject([
      { id: 'a', name: 'A', enabled: false, settings: { url: 'x' } },
      { id: 'b', name: 'b', enabled: true, version: '0.0.0', settings: {} },
    ])
  })

  it('finds nothing where there is no folder', () => {
    expect(discover(join(pluginsDir, 'nowhere'))).toEqual({ plugins: [], broken: [] })
  })

  it.each([
    [undefined, 'index.js', 'default'],
    ['main.js#plugin', 'main.js', 'plugin'],
    ['main#plugin', 'main.js', 'plugin'],
    ['lib/main.js', 'lib/main.js', 'default'],
  ])('takes the class %j for the file %s and the export %s', (entry, file, exportName) => {
    write('p/plugin_config.json', JSON.stringify(entry === undefined ? {} : { class: entry }))
    write(`p/${file}`)
    const [plugin] = discover(pluginsDir).plugins
    expect(plugin?.code).toEqual({ url: pathToFileURL(join(pluginsDir, 'p', file)).href, exportName })
  })

  it.each([
    ['{ "enabled": ', 'PLUGIN_MANIFEST_UNREADABLE'],
    ['[]', 'PLUGIN_MANIFEST_INVALID'],
    ['{ "enabled": "yes", "colour": 1 }', 'PLUGIN_MANIFEST_INVALID'],
    ['{ "permissions": ["everything"] }', 'PLUGIN_MANIFEST_INVALID'],
    ['{ "class": "missing.js" }', 'PLUGIN_ENTRY_MISSING'],
    ['{ "class": "../good/index.js" }', 'PLUGIN_ENTRY_MISSING'],
    ['{ "class": "/etc/hostname" }', 'PLUGIN_ENTRY_MISSING'],
  ])('reports %s as %s, and hides nothing by it', (manifest, code) => {
    write('good/plugin_config.json', '{}')
    write('good/index.js')
    write('bad/plugin_config.json', manifest)
    write('bad/index.js')
    const { plugins, broken } = discover(pluginsDir)
    expect(plugins.map(({ id }) => id)).toEqual(['good'])
    expect(broken).toMatchObject([{ id: 'bad', error: { code, hint: expect.any(String) } }])
  })
})
