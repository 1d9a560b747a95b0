import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig, parseConfig, validateConfig } from './load.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot config ü '))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const writeJson = (config: unknown) => writeFileSync(join(cwd, 'refbot.config.json'), JSON.stringify(config, null, 2))
const load = () => loadConfig({ cwd, env: {} })

describe('a secret among the proxies', () => {
  const store = (mode = 0o600) => {
    mkdirSync(join(cwd, 'my data', 'secrets'), { recursive: true })
    writeFileSync(join(cwd, 'my data/secrets/frankfurt'), 'http://me:hunter2@a:1\n')
    chmodSync(join(cwd, 'my data/secrets/frankfurt'), mode)
    writeJson({ dataDir: 'my data', proxies: ['b:2', { $secret: 'frankfurt' }] })
  }

  it('is resolved from the data directory, and shown nowhere', async () => {
    store()
    const loaded = await load()
    expect(loaded.config.proxies).toEqual(['b:2', 'http://me:hunter2@a:1'])
    expect(JSON.parse(JSON.stringify(loaded.config)).proxies).toEqual(['b:2', { $secret: 'frankfurt' }])
    expect(inspect(loaded, { depth: 9 })).not.toContain('hunter2')
    expect(inspect(loaded, { depth: 9 })).toContain('Secret(frankfurt)')
  })

  it('stays hidden when the configuration is parsed again', async () => {
    store()
    const config = parseConfig((await load()).config, undefined, { env: {} })
    expect(config.proxies[1]).toContain('hunter2')
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toMatch(/hunter2|me:/)
  })

  it('is refused where others may read it, at its line', async () => {
    store(0o644)
    await expect(load()).rejects.toMatchObject({
      code: 'SECRET_FILE_TOO_OPEN',
      hint: expect.stringContaining('chmod 600'),
      problems: [{ path: 'proxies.1', line: 5 }],
    })
  })

  it('is checked as a proxy, without being repeated', async () => {
    store()
    const { problems: found } = await validateConfig({ cwd, env: { REFBOT_SECRET_FRANKFURT: 'hunter2 hunter2' } })
    expect(found).toMatchObject([{ path: 'proxies.1', code: 'PROXY_LIST_INVALID' }])
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  it('is resolved for a program that gives its configuration itself', () => {
    const env = { REFBOT_SECRET_FRANKFURT: 'a:1' }
    expect(parseConfig({ proxies: [{ $secret: 'frankfurt' }] }, undefined, { env }).proxies).toEqual(['a:1'])
  })
})
