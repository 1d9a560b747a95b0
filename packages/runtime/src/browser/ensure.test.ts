import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureBrowser } from './ensure.ts'

let root: string
let commands: string[]
let log: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'refbot-ensure-'))
  mkdirSync(join(root, 'bin'))
  commands = []
  log = []
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const SHELL = 'bin/chromium-headless-shell'
const install = (path: string): void => writeFileSync(join(root, path), '', { mode: 0o755 })

/** Runs with programs that do what the table says; whatever is not in it fails. */
const ensure = (headless: boolean, effects: Record<string, () => number>, apt = true): Promise<string> =>
  ensureBrowser({
    headless,
    apt,
    platform: 'linux',
    env: { PATH: join(root, 'bin'), HOME: root },
    log: (line) => log.push(line),
    run: async (program, args) => {
      const command = [program, ...args]
        .join(' ')
        .replace(/^.*cli\.js/, 'playwright')
        .replace(root, '')
      commands.push(command)
      return effects[command]?.() ?? 1
    },
  })

test('an installed browser is taken, and nothing is run', async () => {
  install(SHELL)
  expect(await ensure(true, {})).toBe(join(root, SHELL))
  expect([commands, log]).toEqual([[], []])
})

test('else Playwright’s download, if it runs here', async () => {
  const downloads = join(root, '.cache/ms-playwright/chromium_headless_shell-1/chrome-linux')
  const found = await ensure(true, {
    'playwright install --only-shell chromium': () => {
      mkdirSync(downloads, { recursive: true })
      writeFileSync(join(downloads, 'headless_shell'), '', { mode: 0o755 })
      return 0
    },
    '/.cache/ms-playwright/chromium_headless_shell-1/chrome-linux/headless_shell --version': () => 0,
  })
  expect(found).toBe(join(downloads, 'headless_shell'))
  expect(log).toHaveLength(1)
})

test.each([
  [true, 'playwright install --only-shell chromium', SHELL, 'chromium-headless-shell'],
  [false, 'playwright install --no-shell chromium', 'bin/chromium', 'chromium'],
] as const)('else the Debian package; headless: %s', async (headless, download, path, name) => {
  const installing = `apt-get install -y --no-install-recommends ${name}`
  const found = await ensure(headless, {
    'apt-get update': () => 0,
    [installing]: () => {
      install(path)
      return 0
    },
  })
  expect(found).toBe(join(root, path))
  expect(commands).toEqual([download, 'apt-get update', installing])
})

test.each([true, false])('else an error with the command to run; packages allowed: %s', async (apt) => {
  await expect(ensure(true, {}, apt)).rejects.toMatchObject({
    code: 'BROWSER_MISSING',
    hint: expect.stringContaining('sudo apt-get install chromium-headless-shell'),
  })
  expect(commands.some((command) => command.startsWith('apt-get'))).toBe(apt)
})

test('set-up calls it as a program: a path and 0, or one line and 1', async () => {
  install(SHELL)
  const program = join(import.meta.dirname, 'ensure-cli.ts')
  const run = (browser: string): Promise<[number, string, string]> =>
    new Promise((resolve) => {
      const env = { ...process.env, REFBOT_BROWSER: browser }
      execFile(process.execPath, ['--conditions=@refbot/source', program], { env }, (error, stdout, stderr) => {
        resolve([error === null ? 0 : Number(error.code), stdout, stderr])
      })
    })
  expect(await run(join(root, SHELL))).toEqual([0, `Browser: ${join(root, SHELL)}\n`, ''])
  const [code, stdout, stderr] = await run('/missing')
  expect([code, stdout, stderr.split('\n')]).toEqual([1, '', [expect.stringContaining('BROWSER_MISSING'), '']])
})
