/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { PluginContext } from '@refbot/plugin-sdk'
import type { Frame, Page } from 'playwright-core'

/** A page that hangs has no picture; it must not cost the submission its outcome. In milliseconds. */
const pictureTime = 3000

type Keeper = Pick<PluginContext, 'artifacts' | 'log'>

/**
 * Keeps a picture of the page, passwords covered; undefined where the page has none to give. One command of the
 * browser: Playwright's own screenshot takes a dozen, which was most of what a failed submission cost.
 */
export async function takeScreenshot(
  { artifacts, log }: Keeper,
  page: Page,
  file: string,
  password?: string,
): Promise<string | undefined> {
  try {
    const { name } = await artifacts.write(file, await within(pictureTime, () => capture(page, password)), 'image/png')
    return name
  } catch (error) {
    log.warn('no screenshot', { file, error: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

async function capture(page: Page, password: string | undefined): Promise<Uint8Array> {
  const [cdp] = await Promise.all([
    page.context().newCDPSession(page),
    ...page.frames().map((frame) => cover(frame, password)),
  ])
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true })
  return Buffer.from(data, 'base64')
}

/** A frame that goes away meanwhile shows nothing. */
async function cover(frame: Frame, password: string | undefined): Promise<void> {
  await frame.evaluate(coverPasswords, password ?? '').catch(() => undefined)
}

/** Runs in the page; sent as text. What a site shows of a password is taken out, since nobody uses the page after it. */
function coverPasswords(password: string): void {
  const roots: (Document | ShadowRoot)[] = [document]
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot !== null) roots.push(element.shadowRoot)
      if (!(element instanceof HTMLInputElement)) continue
      if (element.type === 'password' || (password !== '' && element.value.includes(password)))
        element.style.setProperty('visibility', 'hidden', 'important')
    }
    if (password === '') continue
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode())
      if (node.nodeValue?.includes(password) === true)
        node.nodeValue = node.nodeValue.replaceAll(password, '[password]')
  }
}

/** @throws Error when `work` takes longer */
export async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`The page did not answer within ${ms} ms.`)), ms)
  try {
    return await Promise.race([work(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
