import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTestHost } from './index.ts'

it('runs a plugin behind the real boundary, with settings and secrets of the test', async () => {
  await using host = await startTestHost({
    plugin: join(import.meta.dirname, '..', 'fixtures', 'plugins', 'tool'),
    settings: { rounds: 2 },
    secrets: { 'api-key': 's3cret-of-the-test' },
  })
  expect(await host.run()).toMatchObject({ status: 'success', result: { rounds: 2 } })
  expect(await host.action('tell', { words: ['a'] })).toMatchObject({ result: { said: 'a', key: '[secret api-key]' } })
  await host.refbot.plugins.startPlugin(host.id)
  await host.waitFor('idle')
}, 60_000)
