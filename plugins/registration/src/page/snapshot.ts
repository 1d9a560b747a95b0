/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core'
import { within } from './screenshot.ts'

/** As for a picture. In milliseconds. */
const snapshotTime = 3000
/** Longer documents are cut. In characters. */
const maxLength = 1_000_000

/** The page as it stands, as HTML without scripts, with the values of its fields but for passwords; undefined from a page that hangs. */
export async function snapshot(page: Page): Promise<string | undefined> {
  try {
    const parts = await within(snapshotTime, () =>
      Promise.all(
        page.frames().map(async (frame) => {
          const html = await frame.evaluate(serialise).catch(() => '')
          return `<!-- ${frame.url().split(/[?#]/)[0]?.replaceAll('--', '')} -->\n${html}`
        }),
      ),
    )
    return parts.join('\n\n').slice(0, maxLength)
  } catch {
    return undefined
  }
}

/** Runs in the page; sent as text. */
function serialise(): string {
  const shadowRoots: ShadowRoot[] = []
  const visit = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll('*')) {
      if (element instanceof HTMLInputElement && element.type !== 'password' && element.type !== 'hidden')
        element.setAttribute('value', element.value)
      if (element instanceof HTMLInputElement && element.type === 'password') element.removeAttribute('value')
      if (element.shadowRoot === null) continue
      shadowRoots.push(element.shadowRoot)
      visit(element.shadowRoot)
    }
  }
  visit(document)
  for (const script of document.querySelectorAll('script')) script.textContent = ''
  return `<!doctype html>\n<html>${document.documentElement.getHTML({ shadowRoots })}</html>`
}
