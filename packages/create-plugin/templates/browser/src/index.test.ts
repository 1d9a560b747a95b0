import type { PluginPage } from '@refbot/plugin-sdk'
import { expectPluginContract, runPlugin } from '@refbot/plugin-sdk/testing'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import plugin from './index.ts'

const config = { url: 'http://127.0.0.1:3000/', heading: 'Welcome' }

/** As much of a page as the plugin uses, with this heading. */
function pageWith(heading: string): PluginPage {
  return {
    goto: async () => null,
    screenshot: async () => Buffer.from('a picture'),
    locator: () => ({ first: () => ({ textContent: async () => heading }) }),
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as PluginPage
}

it('times the page and keeps a picture of it', async () => {
  const run = await runPlugin(plugin, { config, page: () => pageWith(' Welcome ') })
  expect(await run.result).toEqual({ heading: 'Welcome' })
  expect(run.metrics.map(({ name }) => name)).toContain('page.open')
  expect([...run.artifacts.keys()]).toEqual(['page.png'])
  expect(run.steps).toMatchObject([{ path: 'open' }])
})

it('fails where the heading is another, and keeps the picture all the same', async () => {
  const run = await runPlugin(plugin, { config, page: () => pageWith('Sorry') })
  await expect(run.result).rejects.toMatchObject({ code: 'HEADING_DIFFERS', retryable: false })
  expect([...run.artifacts.keys()]).toEqual(['page.png'])
})

it('keeps what every host relies on', async () => {
  await expectPluginContract(plugin, { config, invalid: [{}, { ...config, url: 'nowhere' }] })
})

it('is what package.json says: npm run manifest', () => {
  expect(manifest.refbot).toMatchObject({
    apiVersion: plugin.apiVersion,
    permissions: plugin.permissions ?? [],
    secrets: plugin.secrets ?? [],
    configSchema: plugin.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
  })
})
