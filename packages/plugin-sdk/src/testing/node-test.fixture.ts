import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin, z } from '@refbot/plugin-sdk'
import { expectPluginContract, runPlugin } from '@refbot/plugin-sdk/testing'

const plugin = definePlugin({
  config: z.object({ greeting: z.string() }),
  async execute({ config, checkpoint }) {
    await checkpoint()
    return config.greeting
  },
})

test('runs a plugin', async () => {
  const run = await runPlugin(plugin, { config: { greeting: 'hello' } })
  assert.equal(await run.result, 'hello')
})

test('keeps the contract', () => expectPluginContract(plugin, { config: { greeting: 'hello' }, invalid: [{}] }))
