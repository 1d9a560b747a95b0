import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRefbot } from '@refbot/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call as callHere, PLUGINS } from '../test-support.ts'

const cwd = mkdtempSync(join(tmpdir(), 'refbot-backup-'))
const archive = join(cwd, 'backup.tar.gz')
let runId: string

beforeAll(async () => {
  await using bot = await createRefbot({ dataDir: join(cwd, '.refbot'), pluginsDir: PLUGINS })
  await bot.start()
  const { id } = await bot.plugins.startPlugin('hello')
  runId = (await bot.runs.settled(id)).id
}, 60_000)
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const call = async (...args: string[]) => {
  const { code, stdout, stderr } = await callHere([...args, '--json'], { cwd })
  return {
    code,
    output: stdout === '' ? undefined : JSON.parse(stdout),
    error: stderr === '' ? undefined : JSON.parse(stderr).error.code,
  }
}

describe('backup and restore', () => {
  it('carry everything that is stored to another directory', async () => {
    expect(await call('backup', archive)).toMatchObject({ code: 0, output: { file: archive, missing: [] } })
    expect(await call('restore', archive, '--data-dir', join(cwd, 'other'))).toMatchObject({ code: 0 })
    await using bot = await createRefbot({ dataDir: join(cwd, 'other'), pluginsDir: PLUGINS })
    expect(await bot.runs.get(runId)).toMatchObject({ id: runId, plugin: 'hello', status: 'success' })
  }, 60_000)

  it('replace nothing unless they are told to', async () => {
    expect(await call('backup', archive)).toMatchObject({ code: 1, error: 'BACKUP_EXISTS' })
    expect(await call('restore', archive)).toMatchObject({ code: 1, error: 'RESTORE_NOT_EMPTY' })
    expect(await call('restore', archive, '--replace')).toMatchObject({ code: 0 })
  }, 60_000)

  it('refuse an archive that is damaged, and leave nothing of it', async () => {
    const broken = join(cwd, 'broken.tar.gz')
    writeFileSync(broken, 'no archive')
    expect(await call('restore', broken, '--data-dir', join(cwd, 'third'))).toMatchObject({
      code: 1,
      error: 'BACKUP_DAMAGED',
    })
    expect(existsSync(join(cwd, 'third', 'refbot.db'))).toBe(false)
  }, 60_000)
})

describe('store check', () => {
  it('finds a sound store, and what nobody knows of', async () => {
    mkdirSync(join(cwd, '.refbot', 'artifacts', 'stray'), { recursive: true })
    writeFileSync(join(cwd, '.refbot', 'artifacts', 'stray', 'x.png'), '')
    expect(await call('store', 'check')).toMatchObject({
      code: 0,
      output: { ok: true, rows: { run: 1 }, filesWithoutRecord: [expect.stringContaining('stray')] },
    })
  }, 60_000)
})

describe('store rotate-key', () => {
  const dataDir = join(cwd, 'sealed')
  const proxy = { host: 'proxy.test', port: 1, username: 'user', password: 's3cret' }
  const open = () => createRefbot({ dataDir, pluginsDir: PLUGINS })
  const rotate = (...flags: string[]) => call('store', 'rotate-key', '--data-dir', dataDir, ...flags)
  beforeAll(async () => {
    await using bot = await open()
    await bot.addProxies([proxy])
  }, 60_000)

  it('seals every secret with another key', async () => {
    const key = readFileSync(join(dataDir, 'store-key'), 'utf8')
    const { code, output } = await rotate()
    expect({ code, output }).toEqual({ code: 0, output: { keyId: expect.any(String), resealed: 1, forgotten: [] } })
    expect(readFileSync(join(dataDir, 'store-key'), 'utf8')).not.toBe(key)
    await using bot = await open()
    expect(bot.proxies.proxies()).toMatchObject([{ host: 'proxy.test' }])
    expect(bot.proxies.proxies()[0]?.password).toBe('s3cret')
    expect(await rotate()).toMatchObject({ code: 1, error: 'DATA_DIR_LOCKED' })
  }, 60_000)

  it('gives up what no key opens only when it is told to', async () => {
    rmSync(join(dataDir, 'store-key'))
    expect(await rotate()).toMatchObject({ code: 1, error: 'STORE_KEY_MISSING' })
    const { stdout } = await callHere(['store', 'rotate-key', '--forget', '--data-dir', dataDir], { cwd })
    expect(stdout).toMatch(/^0 secrets are sealed with the key \S+\.\nTaken away, .*: http:\/\/proxy\.test:1#/)
    expect(stdout).not.toMatch(/s3cret|user/)
    await using bot = await open()
    expect(bot.proxies.size).toBe(0)
  }, 60_000)
})
