import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefbotConfigInput } from '../config/index.ts'
import { createRefbot } from '../refbot.ts'
import { type DoctorOptions, examine } from './doctor.ts'
import { checkModes, checkRoom } from './folder.ts'
import { checkPort } from './processes.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot doctor ü '))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const dataDir = () => join(cwd, '.refbot')
/** No browser is started but where a test is about it. */
const NO_BROWSER = { executable: '/nowhere/chromium' }

async function visit(config: RefbotConfigInput = {}, more: Partial<DoctorOptions> = {}) {
  writeFileSync(join(cwd, 'refbot.config.json'), JSON.stringify({ api: { port: 0 }, browser: NO_BROWSER, ...config }))
  return examine({ cwd, env: {}, now: Date.now(), ...more })
}
const of = async (check: string, visited: ReturnType<typeof visit>) =>
  (await visited).findings.filter((finding) => finding.check === check)

/** A store that a RefBot has made and left. */
async function used(): Promise<void> {
  const bot = await createRefbot({ dataDir: dataDir(), pluginsDir: join(cwd, 'plugins') })
  await bot.start()
  await bot.stop({ reason: 'closed' })
}

describe('the doctor', () => {
  it('finds nothing wrong where nothing is, before the first start and after it', async () => {
    for (const prepare of [async () => undefined, used]) {
      await prepare()
      const { findings } = await visit()
      expect(findings.filter(({ status, check }) => status !== 'ok' && check !== 'browser')).toEqual([])
    }
  })

  it('names the next step of everything that is not right, and calls it not ok', async () => {
    const report = await visit({ proxies: [{ $secret: 'gone' }], mode: 'turbo' } as never, { nodeVersion: '20.1.0' })
    expect(report.ok).toBe(false)
    expect(report.findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'node broken',
      'configuration broken',
      'secrets broken',
    ])
    expect(report.findings.every(({ next }) => next !== undefined)).toBe(true)
  })

  it('finds files that others may read, and puts that right where it may', async () => {
    await used()
    mkdirSync(join(dataDir(), 'secrets'), { mode: 0o700 })
    const secret = join(dataDir(), 'secrets', 'key')
    writeFileSync(secret, 'x')
    chmodSync(secret, 0o644)
    chmodSync(dataDir(), 0o755)
    expect(checkModes(dataDir(), false).map(({ status }) => status)).toEqual(['broken', 'broken'])
    expect(statSync(secret).mode & 0o777).toBe(0o644)
    expect(checkModes(dataDir(), true)).toMatchObject([{ fixed: true }, { fixed: true }])
    expect([secret, dataDir()].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700])
    expect(checkModes(dataDir(), false)).toMatchObject([{ status: 'ok' }])
  })

  it('finds a store that is damaged, and a clock that was set back', async () => {
    await used()
    expect(await of('clock', visit({}, { now: Date.now() - 3_600_000 }))).toMatchObject([{ status: 'warning' }])
    writeFileSync(join(dataDir(), 'refbot.db'), Buffer.alloc(100_000, 7))
    expect(await of('store', visit())).toMatchObject([{ status: 'broken', next: expect.stringContaining('restore') }])
  })

  it('finds too little room', () => {
    expect(checkRoom(join(cwd, 'not', 'there'), Number.MAX_SAFE_INTEGER)).toMatchObject({ status: 'broken' })
    expect(checkRoom(cwd, 1)).toMatchObject({ status: 'ok' })
  })

  it('finds a port that is taken, unless by the server of this data directory', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((up) => server.once('listening', up))
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    expect(await checkPort(dataDir(), address)).toMatchObject({ status: 'broken' })
    await using _bot = await createRefbot({ dataDir: dataDir() })
    expect(await checkPort(dataDir(), address)).toMatchObject({ status: 'ok' })
    expect(await of('lock', visit())).toMatchObject([{ message: expect.stringContaining(String(process.pid)) }])
    server.close()
  })

  it.skipIf(process.platform !== 'linux')(
    'finds processes of an earlier life, and ends them where it may',
    async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log(1)'], {
        env: { REFBOT_INSTANCE: dataDir() },
      })
      await new Promise((up) => child.stdout.once('data', up))
      expect(await of('orphans', visit())).toMatchObject([
        { status: 'warning', message: expect.stringContaining(String(child.pid)) },
      ])
      const exited = new Promise((gone) => child.once('exit', gone))
      expect(await of('orphans', visit({}, { fix: true }))).toMatchObject([{ fixed: true }])
      await exited
    },
  )

  it('finds manifests that cannot be read, and jobs of plugins that are not there', async () => {
    mkdirSync(join(cwd, 'plugins', 'bad'), { recursive: true })
    writeFileSync(join(cwd, 'plugins', 'bad', 'plugin_config.json'), '{')
    const found = await of('plugins', visit({ jobs: [{ id: 'a', plugin: 'nobody', everyMs: 1000 }] }))
    expect(found.map(({ status }) => status)).toEqual(['ok', 'broken', 'warning'])
  })

  it('starts the browser that a run would use', async () => {
    expect(await of('browser', visit())).toMatchObject([{ status: 'broken' }])
    expect(await of('browser', visit({ browser: {} }))).toMatchObject([
      { status: 'ok', message: expect.stringMatching(/Chrom/) },
    ])
  })
})
