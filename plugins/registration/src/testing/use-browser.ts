import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, vi } from 'vitest'
import { launchBrowser } from './browser.ts'

/** One browser for all tests of a file, which then have the time that real pages take on a machine with other things to do. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  vi.setConfig({ testTimeout: 90_000 })
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  return () => {
    if (browser === undefined) throw new Error('The browser is there once the tests have begun.')
    return browser
  }
}
