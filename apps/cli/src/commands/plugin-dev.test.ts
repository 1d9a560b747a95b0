import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { PLUGINS, program } from '../test-support.ts'

const folder = mkdtempSync(join(tmpdir(), 'refbot-dev-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('runs a plugin again at each change of its folder, with what is written there then', async () => {
  const plugin = join(folder, 'takes')
  cpSync(join(PLUGINS, 'takes'), plugin, { recursive: true })
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'))
  await using dev = program(['plugin', 'dev', plugin], { cwd: folder })
  await dev.said('takes runs again when something in takes changes.')
  expect(dev.output.stdout).toMatch(/success 10\n$/)
  const file = join(plugin, 'index.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('config.times,', 'config.times + 1,'))
  await dev.until(() => dev.output.stdout.endsWith('success 11\n'))
  writeFileSync(join(plugin, 'plugin_config.json'), '{ "enabled": true, "settings": { "times": 3 } }')
  await dev.until(() => dev.output.stdout.endsWith('success 4\n'))
  writeFileSync(file, 'export default nothing of use')
  await dev.said("The plugin's code cannot be loaded")
  dev.child.kill('SIGINT')
  expect(await dev.ended).toBe(0)
}, 120_000)
