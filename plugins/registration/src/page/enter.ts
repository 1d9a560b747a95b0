/// <reference lib="dom" />
import type { ElementHandle, Page } from 'playwright-core'
import type { ControlDescription } from '../fields/control.ts'
import type { PlannedField } from '../fields/plan.ts'
import { choose } from './choose.ts'

/** Puts a planned value into its control, as a person would. */
export async function enter(
  page: Page,
  element: ElementHandle<Element>,
  { action, control }: PlannedField,
  timeout: number,
): Promise<void> {
  if (action.do === 'choose') return choose(element, action.pick, timeout)
  if (action.do === 'select') {
    await element.selectOption({ value: action.value }, { timeout })
    return
  }
  if (action.do === 'check') return control.checked ? undefined : press(page, element, control, timeout)
  return element.fill(action.value, { timeout })
}

/**
 * Clicks, once at most: what was clicked may have been sent, however long the page takes to say so. Where something lies
 * over the control, or its label is what people press, the page's own click is used.
 */
export async function press(
  page: Page,
  element: ElementHandle<Element>,
  control: Pick<ControlDescription, 'drawnByLabel'>,
  timeout: number,
): Promise<void> {
  const click = await aim(page, element, control, timeout)
  await click()
}

/** Waits until a control can be clicked, and hands back the click. */
export async function aim(
  page: Page,
  element: ElementHandle<Element>,
  { drawnByLabel }: Pick<ControlDescription, 'drawnByLabel'>,
  timeout: number,
): Promise<() => Promise<void>> {
  // Looked at here and not by Playwright, whose time-out does not tell whether it has clicked.
  const place = drawnByLabel ? 'never' : await element.evaluate(comesToRest, Math.min(timeout, patience))
  if (place === 'in a frame') return () => element.click({ timeout, force: true, noWaitAfter: true })
  if (place !== 'never') return () => page.mouse.click(place.x, place.y)
  return () =>
    element.evaluate((node) => {
      const label = (node as HTMLInputElement).labels?.[0]
      const target = node.checkVisibility() || label === undefined ? (node as HTMLElement) : label
      target.click()
    })
}

/** How long a control may be covered or disabled before it is pressed all the same, in milliseconds. */
const patience = 2000

/**
 * Runs in the page; sent as text. Where a control can be clicked, within `ms` milliseconds: in sight, at rest, and
 * nothing over it.
 */
async function comesToRest(
  element: Element,
  ms: number,
): Promise<{ readonly x: number; readonly y: number } | 'in a frame' | 'never'> {
  const began = performance.now()
  let last = ''
  for (;;) {
    if (!element.isConnected) throw new Error('The control is not attached.')
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' })
    const { x, y, width, height } = element.getBoundingClientRect()
    const middle = { x: x + width / 2, y: y + height / 2 }
    let top: Node | null = (element.getRootNode() as Document | ShadowRoot).elementFromPoint(middle.x, middle.y)
    while (top !== null && top !== element) top = top.parentNode ?? (top as ShadowRoot).host ?? null
    const place = [x, y, width, height].join()
    const passed = performance.now() - began
    // What moves for ever is clicked where it is.
    if (top === element && !element.matches(':disabled') && (place === last || passed > 500))
      return window === window.top ? middle : 'in a frame'
    if (passed > ms) return 'never'
    last = place
    await new Promise((resolve) => setTimeout(resolve, 16))
  }
}
