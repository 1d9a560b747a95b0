import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..', '..', '..')

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly version: string
}

const published = globSync('{packages,apps,plugins}/*/package.json', { cwd: ROOT })
  .map((file) => ({ directory: join(ROOT, dirname(file)), manifest: readManifest(join(ROOT, file)) }))
  .filter(({ manifest }) => manifest.private !== true)
  .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1))

const folder = mkdtempSync(join(tmpdir(), 'refbot-published-'))
const PACK = { cwd: ROOT, maxBuffer: 2 ** 24 }
const tarballs = new Map<string, string>()

beforeAll(async () => {
  for (const { directory, manifest } of published) {
    if (!existsSync(join(directory, 'dist'))) throw new Error(`${manifest.name} is not built: run pnpm build first.`)
  }
  const { stdout } = await run('pnpm', ['--recursive', 'pack', '--pack-destination', folder, '--json'], PACK)
  for (const { name, filename } of JSON.parse(stdout) as { name: string; filename: string }[]) {
    if (published.some(({ manifest }) => manifest.name === name)) tarballs.set(name, join(folder, basename(filename)))
  }
  expect(tarballs.size).toBe(published.length)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(published.map(({ manifest, directory }) => ({ name: manifest.name, directory })))(
  '$name as it is published',
  ({ name, directory }) => {
    it('passes publint', async () => {
      const tarball = new Uint8Array(readFileSync(tarballs.get(name) ?? '')).buffer
      const { messages } = await publint({ pack: { tarball }, strict: true })
      expect(messages).toEqual([])
    }, 60_000)

    it('gives its types to every way of ESM resolution', async () => {
      const tarball = new Uint8Array(readFileSync(tarballs.get(name) ?? ''))
      const checked = await checkPackage(createPackageFromTarballData(tarball))
      if (!checked.types) throw new Error(`${name} has no types`)
      const { entrypoints, problems } = checked
      expect(Object.keys(entrypoints)).toContain('.')
      for (const [path, { resolutions }] of Object.entries(entrypoints)) {
        for (const way of ['node16-esm', 'bundler'] as const) {
          const { resolution, visibleProblems = [] } = resolutions[way]
          expect({ path, way, problems: visibleProblems.map((n) => problems[n]) }).toEqual({ path, way, problems: [] })
          expect(resolution).toBeDefined()
        }
      }
    }, 60_000)

    it('has a README whose first screen is an example, and a licence', () => {
      expect(readFileSync(join(directory, 'README.md'), 'utf8').split('\n').slice(0, 40).join('\n')).toMatch(/```/)
      expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toMatch(/^MIT License/)
    })
  },
)

describe('installed outside the workspace', () => {
  const app = join(folder, 'app')

  beforeAll(async () => {
    mkdirSync(app)
    const dependencies = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]))
    writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
    // Without it the packages' own dependencies on each other would be looked for in the registry.
    const overrides = Object.entries(dependencies).map(([name, file]) => `  '${name}': '${file}'`)
    writeFileSync(
      join(app, 'pnpm-workspace.yaml'),
      ['packages: []', 'pmOnFail: ignore', 'overrides:', ...overrides, ''].join('\n'),
    )
    await run('pnpm', ['install', '--prefer-offline', '--ignore-scripts'], { cwd: app })
  }, 120_000)

  it('is imported by plain Node, all of it', async () => {
    const names = published.map(({ manifest }) => manifest.name)
    const script = `for (const name of ${JSON.stringify(names)}) console.log(name, Object.keys(await import(name)).length > 0)`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: app })
    expect(stdout.trim().split('\n')).toEqual(names.map((name) => `${name} true`))
  }, 30_000)

  it('runs a plugin in its process, with the store in its thread', async () => {
    const plugin = join(app, 'plugins', 'hello')
    mkdirSync(plugin, { recursive: true })
    writeFileSync(join(plugin, 'plugin_config.json'), '{ "enabled": true }')
    writeFileSync(
      join(plugin, 'index.js'),
      `import { definePlugin, z } from '@refbot/plugin-sdk'
export default definePlugin({ config: z.object({}), execute: () => 'hello from a tarball' })\n`,
    )
    writeFileSync(
      join(app, 'program.js'),
      `import { PluginManager } from '@refbot/runtime'
const manager = new PluginManager({ pluginsDir: 'plugins' })
const run = await manager.startPlugin('hello')
console.log((await manager.settled(run.id)).result)
await manager.stopAllPlugins()\n`,
    )
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: app })
    expect(stdout.trim()).toBe('hello from a tarball')
  }, 30_000)

  it('brings the command refbot', async () => {
    const { stdout } = await run(join(app, 'node_modules', '.bin', 'refbot'), ['--version'], { cwd: app })
    expect(stdout.trim()).toBe(readManifest(join(ROOT, 'apps', 'cli', 'package.json')).version)
  }, 30_000)
})

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
