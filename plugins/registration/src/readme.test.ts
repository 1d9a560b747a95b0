import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import plugin, { type RegistrationConfigInput } from './index.ts'
import { startSite } from './testing/demo-site.ts'
import { startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const file = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')

it('runs the example of the README', async () => {
  const [, block = ''] = /```json\n(.*?)```/s.exec(await file('README.md')) ?? []
  const { settings } = JSON.parse(block) as { settings: RegistrationConfigInput }
  await using site = await startSite()
  const url = settings.url.replace('http://127.0.0.1:4780', site.url)
  const { kit, batch } = await startRun(browser(), { config: { ...settings, url } })
  const { summary } = await batch
  expect(summary).toMatchObject({ planned: 2, succeeded: 2 })
  expect([...kit.artifacts.keys()].sort()).toEqual([
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
