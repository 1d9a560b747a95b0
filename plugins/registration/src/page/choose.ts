/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ElementHandle, JSHandle } from 'playwright-core'
import type { ControlOption } from '../fields/control.ts'

/** How long a list may take to open, in milliseconds. */
const openTime = 1500

/** Opens a list of an app's own, and takes the option that `pick` picks. */
export async function choose(
  element: ElementHandle<Element>,
  pick: (options: readonly ControlOption[]) => ControlOption | undefined,
  timeout: number,
): Promise<void> {
  await element.click({ timeout: Math.min(timeout, openTime) })
  const frame = await element.ownerFrame()
  const opened = await frame
    ?.waitForFunction(shownOptions, element, { timeout: Math.min(timeout, openTime) })
    .catch(() => undefined)
  if (opened === undefined) return
  const list = opened as JSHandle<Element[]>
  const options = await list.evaluate((elements) =>
    elements.map((option, index) => ({
      value: String(index),
      text: (option.textContent ?? '').replace(/\s+/g, ' ').trim(),
      disabled: option.getAttribute('aria-disabled') === 'true',
    })),
  )
  const picked = pick(options)
  if (picked === undefined) return element.press('Escape', { timeout })
  const option = (await list.evaluateHandle((elements, index) => elements[index], Number(picked.value))).asElement()
  await option?.click({ timeout })
}

/** Runs in the page; sent as text. The options that show, of the list that belongs to the element; false where none do. */
function shownOptions(element: Element): Element[] | false {
  const id = element.getAttribute('aria-controls') ?? element.getAttribute('aria-owns') ?? ''
  const own = id === '' ? null : document.getElementById(id)
  const options = [...(own ?? document).querySelectorAll('[role="option"]')].filter((option) =>
    option.checkVisibility(),
  )
  return options.length > 0 && options
}
