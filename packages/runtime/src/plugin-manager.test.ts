import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PluginManager } from './index.ts'

const plugin = join(import.meta.dirname, 'fixtures', 'plugins', 'tool')

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-manager-')))
  mkdirSync(join(folder, 'plugins'))
  symlinkSync(plugin, join(folder, 'plugins', 'tool'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

it('keeps what it composed for a later call, although an earlier one failed meanwhile', async () => {
  const dataDir = join(folder, 'data')
  writeFileSync(dataDir, 'in the way')
  await using manager = new PluginManager({ pluginsDir: join(folder, 'plugins'), dataDir })
  const failed = manager.getPluginsSummary().catch(({ code }: { code: string }) => {
    rmSync(dataDir)
    return code
  })
  const closed = manager[Symbol.asyncDispose]()
  const second = manager.getPluginsSummary()
  expect(await failed).toBe('DATA_DIR_UNUSABLE')
  await closed
  expect(await second).toMatchObject([{ id: 'tool' }])
  expect(await manager.getPluginsSummary()).toMatchObject([{ id: 'tool' }])
}, 120_000)

it('alone pauses, resumes and unloads a plugin that runs, and leaves nothing of it', async () => {
  await using manager = new PluginManager({ pluginsDir: join(folder, 'plugins'), dataDir: join(folder, 'data') })
  const run = await manager.startPlugin('tool')
  expect(await manager.pausePlugin('tool')).toBe('paused')
  expect(await manager.getPluginStatus('tool')).toBe('paused')
  expect(await manager.resumePlugin('tool')).toBe('running')
  await manager.unloadPlugin('tool')
  expect(await manager.getPluginStatus('tool')).toBe('stopped')
  expect(await manager.settled(run.id)).toMatchObject({ status: 'cancelled' })
  await expect(manager.resumePlugin('tool')).rejects.toMatchObject({ code: 'PLUGIN_STOPPED' })
  await manager.stopAllPlugins()
  // A later call composes anew, and finds what was wanted.
  expect(await manager.getPluginsSummary()).toMatchObject([{ id: 'tool', desired: 'stopped', metrics: { runs: 1 } }])
}, 60_000)
