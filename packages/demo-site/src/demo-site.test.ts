import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { startDemoSite } from './demo-site.ts'
import { isRunning, postForm, temporaryFolder } from './test-support.ts'

// Processes start late on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

describe('a demo site', () => {
  it('is a process of its own that takes sign-ups until it is stopped, and whose accounts stay', async () => {
    using folder = temporaryFolder()
    await using site = await startDemoSite({ databaseFile: folder.file('site.db') })
    expect(site.pid).not.toBe(process.pid)
    expect(site.url).toBe(`http://127.0.0.1:${site.port}`)
    expect(await (await fetch(`${site.url}/api/health`)).json()).toEqual({ status: 'ok' })
    expect((await postForm(site.url, {}, { 'X-RefBot-Run': 'run-1' })).status).toBe(303)
    expect(site.accounts()).toMatchObject([{ email: 'ada@example.com', runId: 'run-1' }])
    await site.stop()
    await site.stop()
    expect(isRunning(site.pid)).toBe(false)
    expect(site.accounts()).toMatchObject([{ email: 'ada@example.com' }])
  })

  it('hands its options on', async () => {
    using folder = temporaryFolder()
    const databaseFile = folder.file('site.db')
    await using site = await startDemoSite({ databaseFile, fault: 'rate-limit', rateLimit: 0, latencyMs: 1 })
    expect((await postForm(site.url)).status).toBe(429)
    await using other = await startDemoSite({ databaseFile, fault: 'foreign-redirect', redirectTo: `${site.url}/` })
    expect((await postForm(other.url)).headers.get('location')).toBe(`${site.url}/`)
  })

  it('keeps what it confirmed when it is killed', async () => {
    using folder = temporaryFolder()
    await using site = await startDemoSite({ databaseFile: folder.file('site.db') })
    await postForm(site.url)
    process.kill(site.pid, 'SIGKILL')
    await site.stop()
    expect(site.accounts()).toHaveLength(1)
  })

  it('gets none of the variables of its parent', async () => {
    using folder = temporaryFolder()
    const probe = folder.file('probe.js')
    writeFileSync(
      probe,
      `console.log(JSON.stringify({ url: 'http://127.0.0.1:1/' + Object.keys(process.env) })); process.stdin.resume()`,
    )
    process.env.REFBOT_TEST_SECRET = 'secret'
    try {
      await using site = await startDemoSite({ databaseFile: folder.file('site.db'), entry: pathToFileURL(probe) })
      expect(site.url).toContain('PATH')
      expect(site.url).not.toContain('REFBOT_TEST_SECRET')
    } finally {
      delete process.env.REFBOT_TEST_SECRET
    }
  })
})

describe('it ends', () => {
  it.skipIf(process.platform === 'win32')('on SIGTERM, with exit code 0', async () => {
    using folder = temporaryFolder()
    const child = spawn(process.execPath, [...runMain, 'site', '--db', folder.file('site.db')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(child.stdout, 'data')
    expect(JSON.parse(String(line))).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('when its parent is killed', async () => {
    using folder = temporaryFolder()
    const program = `
      import { startDemoSite } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      const site = await startDemoSite({ databaseFile: ${JSON.stringify(folder.file('site.db'))} })
      console.log(site.pid)
    `
    const parent = spawn(process.execPath, ['--conditions=@refbot/source', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(String(line))
    expect(isRunning(pid)).toBe(true)
    parent.kill('SIGKILL')
    try {
      await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
    } finally {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    }
  })
})

describe('a start that fails', () => {
  it('says in the words of the process what is wrong', async () => {
    using folder = temporaryFolder()
    await using site = await startDemoSite({ databaseFile: folder.file('site.db') })
    const again = startDemoSite({ databaseFile: folder.file('other.db'), port: site.port })
    await expect(again).rejects.toMatchObject({ code: 'DEMO_PORT_BUSY', hint: expect.stringContaining('--port 0') })
    const nowhere = startDemoSite({ databaseFile: folder.file('missing/site.db') })
    await expect(nowhere).rejects.toMatchObject({ code: 'DEMO_FILE' })
    const redirect = startDemoSite({ databaseFile: folder.file('site.db'), fault: 'foreign-redirect' })
    await expect(redirect).rejects.toMatchObject({ code: 'DEMO_USAGE' })
  })

  it.each([
    [
      'is no program',
      'this is no program',
      { code: 'DEMO_START_FAILED', message: expect.stringContaining('SyntaxError') },
    ],
    ['ends', 'process.exit(3)', { code: 'DEMO_START_FAILED', message: expect.stringContaining('ended (3)') }],
    ['says something else', 'console.log("hello")', { code: 'DEMO_START_FAILED' }],
    [
      'is never ready',
      'setInterval(() => {}, 1e6); process.stdin.resume().on("end", () => process.exit())',
      { code: 'DEMO_START_FAILED', message: expect.stringContaining('not ready within 300 ms') },
    ],
  ])('names an entry that %s', async (_, source, failure) => {
    using folder = temporaryFolder()
    const entry = folder.file('entry.mjs')
    writeFileSync(entry, source)
    const readyTimeoutMs = source.startsWith('setInterval') ? 300 : 15_000
    const start = startDemoSite({ databaseFile: folder.file('site.db'), entry: pathToFileURL(entry), readyTimeoutMs })
    await expect(start).rejects.toMatchObject(failure)
  })
})

const runMain = ['--conditions=@refbot/source', fileURLToPath(new URL('./main.ts', import.meta.url))]
