import { expectPluginContract, runPlugin } from '@refbot/plugin-sdk/testing'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import plugin from './index.ts'

const config = { url: 'http://127.0.0.1:3000/health' }

it('times the answer and tells what it was', async () => {
  const run = await runPlugin(plugin, { config, http: (url) => ({ body: url }) })
  expect(await run.result).toEqual({ status: 200, bytes: config.url.length })
  expect(run.metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(['check.answer', 'check.bytes']))
})

it.each([
  { status: 503, code: 'PLUGIN_NOT_READY' },
  { status: 404, code: 'STATUS_DIFFERS' },
])('fails with $code where the answer is $status', async ({ status, code }) => {
  const run = await runPlugin(plugin, { config, http: () => ({ status }) })
  await expect(run.result).rejects.toMatchObject({ code, retryable: true })
})

it('keeps what every host relies on', async () => {
  await expectPluginContract(plugin, { config, invalid: [{}, { ...config, status: 99 }] })
})

it('is what package.json says: npm run manifest', () => {
  expect(manifest.refbot).toMatchObject({
    apiVersion: plugin.apiVersion,
    permissions: plugin.permissions ?? [],
    secrets: plugin.secrets ?? [],
    configSchema: plugin.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
  })
})
