import { findBrowser } from './browser/index.ts'
import type { RefbotConfig } from './config/index.ts'
import { RefbotError } from './errors.ts'

/** The browser that a configuration means. @throws RefbotError `BROWSER_MISSING` */
export function browserFor({ headless, executable }: RefbotConfig['browser']): string {
  const found = findBrowser({ headless, ...(executable === undefined ? {} : { executable }) })
  if (found !== undefined) return found
  throw new RefbotError('BROWSER_MISSING', 'No Chrome, Chromium or Edge was found on this machine.', {
    hint: 'Install one (Debian: apt-get install chromium-headless-shell), or name it in REFBOT_BROWSER.',
  })
}
