import type { PluginContext } from '@refbot/plugin-sdk'
import type { Page } from 'playwright-core'

/** A page that hangs has no picture; it must not cost the submission its outcome. In milliseconds. */
const pictureTime = 5000

/** Keeps a picture of the page, passwords covered; undefined where the page has none to give. */
export async function takeScreenshot(
  { artifacts, log }: Pick<PluginContext, 'artifacts' | 'log'>,
  page: Page,
  file: string,
): Promise<string | undefined> {
  try {
    const picture = await page.screenshot({
      timeout: pictureTime,
      animations: 'disabled',
      mask: [page.locator('input[type="password"]')],
    })
    const { name } = await artifacts.write(file, picture, 'image/png')
    return name
  } catch (error) {
    log.warn('no screenshot', { file, error: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}
