import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { credentials, type Site, startSite, trust } from '../egress/testing/sites.ts'
import { bodyOf } from '../egress/testing/through.ts'
import { until } from '../egress/testing/until.ts'
import { NO_BYPASS } from './arguments.ts'
import { type BrowserProcess, launchBrowser } from './launch.ts'
import { executable, launchFenced, openYard, type Yard } from './testing/cages.ts'
import { groupMembers } from './testing/processes.ts'
import { driveSocket } from './testing/raw-driver.ts'

const MB = 1024 * 1024

let site: Site
let posted: number
let yard: Yard
beforeAll(async () => {
  const tls = credentials()
  trust(tls.cert)
  site = await startSite(
    async (req, res) => {
      if (req.method === 'POST') posted = (await bodyOf(req)).length
      if (req.url === '/file') res.setHeader('content-disposition', 'attachment; filename=report.txt')
      res.setHeader('content-type', 'text/html')
      res.end('<!doctype html><title>hello</title><a href="/file">get</a><input type="file">')
    },
    { tls },
  )
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
})
beforeEach(async () => {
  yard = await openYard(site.origin)
})
afterEach(async () => {
  await yard[Symbol.asyncDispose]()
})

describe('Playwright drives it through the relay', () => {
  let process: BrowserProcess
  let browser: Browser
  let page: Page
  beforeEach(async () => {
    process = await launchFenced(yard)
    browser = await chromium.connectOverCDP(process.wsEndpoint, { isLocal: true, artifactsDir: yard.runFolder })
    const context = await browser.newContext({ proxy: { server: yard.lease.server, bypass: NO_BYPASS } })
    page = await context.newPage()
    await page.goto(site.origin)
  })
  afterEach(async () => {
    await process.close()
  })

  test('a page over https: read, screenshot, scripts', async () => {
    expect(await page.title()).toBe('hello')
    const picture = await page.screenshot()
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect(await page.evaluate('navigator.webdriver')).toBe(true)
    expect(yard.lease.records).toMatchObject([{ origin: site.origin, path: '/', navigation: true, status: 200 }])
  })

  test('a download into the run’s folder, an upload from it', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')])
    const saved = join(yard.runFolder, 'saved.txt')
    await download.saveAs(saved)
    expect(readFileSync(saved, 'utf8')).toContain('hello')
    await page.setInputFiles('input', saved)
    expect(await page.evaluate('document.querySelector("input").files[0].name')).toBe('saved.txt')
  })

  test('an upload from elsewhere is refused, and so is a file: page', async () => {
    const cdp = await page.context().newCDPSession(page)
    const { root } = await cdp.send('DOM.getDocument')
    const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'input' })
    const upload = cdp.send('DOM.setFileInputFiles', { nodeId, files: ['/etc/passwd'] })
    await expect(upload).rejects.toThrow("is not inside the run's folder")
    await expect(page.goto('file:///etc/passwd')).rejects.toThrow('RefBot refused Page.navigate')
    expect(await page.evaluate('document.querySelector("input").files.length')).toBe(0)
  })

  test('a site that drops its kept connections fails no request', async () => {
    const drop = (req: IncomingMessage, res: ServerResponse): void => {
      res.once('finish', () => setTimeout(() => req.socket.destroy(), 3))
    }
    site.server.on('request', drop)
    const wave = `Promise.all(Array.from({ length: 20 }, (_, i) => fetch('/?' + i).then((r) => r.text())))`
    for (let i = 0; i < 4; i++) expect(await page.evaluate(wave)).toHaveLength(20)
    site.server.off('request', drop)
    expect(yard.lease.outcome()).toMatchObject({ faults: [], refused: 0 })
  })

  test('a post of 50 MB leaves the connection standing', async () => {
    await page.evaluate(`fetch('/', { method: 'POST', body: new Uint8Array(${50 * MB}) }).then((r) => r.text())`)
    expect(posted).toBe(50 * MB)
    expect(await page.title()).toBe('hello')
  }, 60_000)

  test('it ends with its client', async () => {
    await browser.close()
    expect(await process.exited).toEqual({ code: null, signal: 'SIGKILL' })
    await until(() => !existsSync(yard.profileDir))
    await until(() => groupMembers(process.pid).length === 0)
  })

  test('closed by the host, the client sees it go', async () => {
    const gone = new Promise((resolve) => browser.once('disconnected', resolve))
    await process.close()
    await gone
    await until(() => groupMembers(process.pid).length === 0)
    expect(existsSync(yard.profileDir)).toBe(false)
  })

  test('it knows nothing of the host’s environment but what it needs', () => {
    const environment = readFileSync(`/proc/${process.pid}/environ`, 'utf8').split('\0')
    const names = environment.map((entry) => entry.split('=')[0])
    expect(names).not.toContain('VITEST')
    expect(environment).toContain(`HOME=${yard.profileDir}`)
  })
})

test('marks for the sweep are in its environment; version and user agent are told', async () => {
  await using process = await launchBrowser({
    executable: executable(),
    headless: true,
    gate: yard.gate,
    profileDir: yard.profileDir,
    runFolder: yard.runFolder,
    leaseServers: () => [],
    env: { REFBOT_RUN: 'run-1' },
  })
  expect(readFileSync(`/proc/${process.pid}/environ`, 'utf8').split('\0')).toContain('REFBOT_RUN=run-1')
  expect(process.version).toMatch(/^(Headless)?Chrome\/\d+/)
  expect(process.userAgent).toContain('Mozilla/5.0')
})

test('a browser that crashes says so', async () => {
  const browser = await launchFenced(yard)
  const driver = await driveSocket(browser.wsEndpoint)
  process.kill(browser.pid, 'SIGSEGV')
  const { code, signal } = await browser.exited
  expect([code, signal]).not.toEqual([0, null])
  await until(() => groupMembers(browser.pid).length === 0)
  await driver[Symbol.asyncDispose]()
})

test('a host that is killed leaves no browser behind', async () => {
  const script = join(import.meta.dirname, 'testing/die.ts')
  const host = spawn(process.execPath, ['--conditions=@refbot/source', script], {
    // What it leaves behind goes with this test's folders.
    env: { ...process.env, TMPDIR: yard.runFolder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(host.stdout, 'data')
  const pid = Number(String(line))
  expect(groupMembers(pid)).toContain(pid)
  host.kill('SIGKILL')
  await until(() => groupMembers(pid).length === 0)
})

describe('a program that is no browser: one clear error, and nothing stays', () => {
  const launch = (script: string, startTimeoutMs = 15_000): Promise<BrowserProcess> => {
    const program = join(yard.runFolder, 'program')
    if (script !== '') {
      writeFileSync(program, `#!/bin/sh\n${script}\n`)
      chmodSync(program, 0o755)
    }
    return launchBrowser({
      executable: program,
      headless: true,
      gate: yard.gate,
      profileDir: yard.profileDir,
      runFolder: yard.runFolder,
      leaseServers: () => [],
      startTimeoutMs,
    })
  }

  test.each([
    ['it is missing', '', 'could not be started'],
    ['it ends', 'echo "cannot open display" >&2; exit 3', 'ended at once (exit code 3): cannot open display'],
    ['it is killed', 'kill -9 $$', 'ended at once (SIGKILL)'],
  ])('%s', async (_name, script, message) => {
    mkdirSync(yard.profileDir)
    await expect(launch(script)).rejects.toMatchObject({
      code: 'BROWSER_START_FAILED',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    })
    expect(existsSync(yard.profileDir)).toBe(false)
  })

  test('it is silent', async () => {
    await expect(launch('sleep 600', 100)).rejects.toMatchObject({ message: expect.stringContaining('100 ms') })
    expect(existsSync(yard.profileDir)).toBe(false)
  })
})
