import { expectPluginContract, runPlugin } from '@refbot/plugin-sdk/testing'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import plugin from './index.ts'

it('counts, and remembers how often it did', async () => {
  const storage = new Map()
  await (await runPlugin(plugin, { config: { times: 3 }, storage })).result
  const second = await runPlugin(plugin, { config: {}, storage })
  expect(await second.result).toEqual({ times: 10, rounds: 2 })
  expect(second.metrics).toMatchObject([{ name: 'count.times', value: 10 }])
  expect(second.progress.at(-1)).toEqual({ done: 10, total: 10 })
})

it('stops where it is asked to', async () => {
  const run = await runPlugin(plugin, { config: { times: 1000 } })
  run.stop()
  await expect(run.result).rejects.toThrow('stopped')
  expect(run.storage.size).toBe(0)
})

it('keeps what every host relies on', async () => {
  await expectPluginContract(plugin, { config: { times: 1 }, invalid: [{ times: 0 }, { times: 'often' }] })
})

it('is what package.json says: npm run manifest', () => {
  expect(manifest.refbot).toMatchObject({
    apiVersion: plugin.apiVersion,
    permissions: plugin.permissions ?? [],
    secrets: plugin.secrets ?? [],
    configSchema: plugin.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
  })
})
