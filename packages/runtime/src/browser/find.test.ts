import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findBrowser } from './find.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'refbot-find-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

function install(path: string, content = '', mode = 0o755): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

const find = (headless: boolean, env: NodeJS.ProcessEnv = {}, executable?: string): string | undefined =>
  findBrowser({
    headless,
    platform: 'linux',
    env: { PATH: `${join(root, 'bin')}:${join(root, 'sbin')}`, HOME: root, ...env },
    ...(executable === undefined ? {} : { executable }),
  })

describe('in this order', () => {
  const order = [
    ['a headless shell on the path', 'sbin/chromium-headless-shell', [true]],
    [
      'a headless shell that Playwright downloaded',
      '.cache/ms-playwright/chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell',
      [true],
    ],
    ['Chromium', 'bin/chromium', [true, false]],
    ['Chrome', 'bin/google-chrome-stable', [true, false]],
    ['Edge', 'sbin/microsoft-edge', [true, false]],
    [
      'a Chromium that Playwright downloaded',
      '.cache/ms-playwright/chromium-1200/chrome-linux64/chrome',
      [true, false],
    ],
  ] as const

  test.each([true, false])('headless: %s', (headless) => {
    const installed = order.map(
      ([, path, modes]) => [install(path), (modes as readonly boolean[]).includes(headless)] as const,
    )
    for (const [file, counts] of installed) {
      if (counts) expect(find(headless)).toBe(file)
      rmSync(file)
    }
    expect(find(headless)).toBeUndefined()
  })
})

test('the newest of Playwright’s downloads, in the folder it was told', () => {
  const env = { PLAYWRIGHT_BROWSERS_PATH: join(root, 'pw') }
  const shell = (revision: number) => install(`pw/chromium_headless_shell-${revision}/chrome-linux/headless_shell`)
  shell(999)
  const newest = shell(1100)
  shell(1090)
  expect(find(true, env)).toBe(newest)
})

test('what is no program is passed over', () => {
  install('bin/chromium', '', 0o644)
  mkdirSync(join(root, 'bin/google-chrome'))
  expect(find(true)).toBeUndefined()
})

test('a script around a snap is passed over', () => {
  const script = '#!/bin/sh\nexec /snap/bin/chromium "$@"\n'
  install('bin/chromium-browser', script)
  expect(find(false)).toBeUndefined()
  const real = install('sbin/google-chrome')
  expect(find(false)).toBe(real)
})

describe('a browser that is named', () => {
  test('wins, the environment over the configuration', () => {
    install('bin/chromium')
    const [mine, theirs] = [install('opt/mine'), install('opt/theirs')]
    expect(find(true, {}, theirs)).toBe(theirs)
    expect(find(true, { REFBOT_BROWSER: mine }, theirs)).toBe(mine)
  })

  test('is never replaced by another when it cannot be run', () => {
    install('bin/chromium')
    const missing = join(root, 'missing')
    const expected = expect.objectContaining({ code: 'BROWSER_MISSING', message: expect.stringContaining(missing) })
    expect(() => find(true, { REFBOT_BROWSER: missing })).toThrowError(expected)
    expect(() => find(true, {}, missing)).toThrowError(expected)
  })
})
