import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRefbot, type RefbotConfigInput } from '@refbot/runtime'
import { expect, it } from 'vitest'
import { startApi } from './index.ts'

it('the example of the README lists the plugins', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const body = code.replace(/^import .*$/gm, '')
  const dataDir = mkdtempSync(join(tmpdir(), 'refbot-readme-'))
  const pluginsDir = fileURLToPath(new URL('fixtures/plugins', import.meta.url))
  const printed: unknown[] = []
  const run = new Function('startApi', 'createRefbot', 'console', `return (async () => {${body}})()`)
  const create = (config: RefbotConfigInput) => createRefbot({ ...config, dataDir, pluginsDir })
  await run(startApi, create, { log: (...values: unknown[]) => printed.push(...values) })
  rmSync(dataDir, { recursive: true, force: true })
  expect(printed).toMatchObject([
    200,
    { plugins: [{ id: 'broken' }, { id: 'failing' }, { id: 'hello' }, { id: 'slow' }] },
  ])
})
