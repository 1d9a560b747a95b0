import { findBrowser } from '../../../packages/runtime/src/browser/find.ts'

/** The browser that runs would use. */
export function executable(): string {
  const found = findBrowser({ headless: true })
  if (found === undefined) throw new Error('No browser was found: name one in REFBOT_BROWSER.')
  return found
}
