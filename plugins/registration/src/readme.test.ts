import { readFile } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'
import plugin, { type BatchResult, type RegistrationConfigInput } from './index.ts'
import { launchBrowser } from './testing/browser.ts'
import { startSite } from './testing/demo-site.ts'
import { memoryContext } from './testing/memory-context.ts'

// Real browsers and sites, on machines that may have other things to do.
vi.setConfig({ testTimeout: 90_000 })

const file = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')

it('runs the example of the README', async () => {
  const [, block = ''] = /```json\n(.*?)```/s.exec(await file('README.md')) ?? []
  const { settings } = JSON.parse(block) as { settings: RegistrationConfigInput }
  await using site = await startSite()
  await using browser = await launchBrowser()
  const url = settings.url.replace('http://127.0.0.1:4780', site.url)
  const memory = await memoryContext({ browser, config: { ...settings, url } })
  const { summary } = (await plugin.execute(memory.context)) as unknown as BatchResult
  expect(summary).toMatchObject({ planned: 2, succeeded: 2 })
  expect([...memory.artifacts.keys()].sort()).toEqual([
    'accounts.csv',
    'junit.xml',
    'report.html',
    'submission-000.png',
    'submission-001.png',
    'submissions.json',
  ])
})

it('names every setting in the README', async () => {
  const readme = await file('README.md')
  const schema = plugin.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const keys = Object.keys((schema as { properties: object }).properties)
  expect(keys.length).toBeGreaterThan(12)
  expect(keys.filter((key) => !readme.includes(`\`${key}\``))).toEqual([])
})

it('ships settings that its schema takes', async () => {
  const manifest = JSON.parse(await file('plugin_config.json')) as { class: string; version: string; settings: object }
  const { version } = JSON.parse(await file('package.json')) as { version: string }
  expect(manifest).toMatchObject({ class: 'src/index.ts#default', version })
  expect(await plugin.config['~standard'].validate(manifest.settings)).not.toHaveProperty('issues')
})
