import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configLeaves } from './keys.ts'
import { loadConfig } from './load.ts'
import { showConfig } from './show.ts'

it('shows every key with its value and its origin, and no secret', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'refbot-show-'))
  try {
    const file = join(cwd, 'refbot.config.json')
    const proxies = ['a:1', 'b:2:me:hunter2', { $secret: 'c' }]
    writeFileSync(file, JSON.stringify({ proxies }))
    const env = { REFBOT_SECRET_C: 'c:3:me:hunter3', REFBOT_API_PORT: '9000' }
    const rows = showConfig(await loadConfig({ cwd, env }))
    expect(rows.map(({ path }) => path).sort()).toEqual(
      configLeaves()
        .map(({ path }) => path)
        .sort(),
    )
    expect(rows).toContainEqual({ path: 'api.port', value: 9000, source: 'environment', where: 'REFBOT_API_PORT' })
    expect(rows).toContainEqual({ path: 'timeZone', value: null, source: 'default', where: 'built in' })
    expect(rows).toContainEqual({
      path: 'proxies',
      value: ['a:1', 'http://b:2 [login not shown]', { $secret: 'c' }],
      source: 'file',
      where: `${file}:1`,
    })
    expect(JSON.stringify(rows)).not.toContain('hunter')
  } finally {
    rmSync(cwd, { recursive: true })
  }
})
