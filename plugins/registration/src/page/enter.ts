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
  if (action.do === 'check') return control.checked ? undefined : press(element, control, timeout)
  // Playwright's own way takes five round trips for a field; it is kept for those that are more than a line of text.
  if (typed.has(control.type) && (await element.evaluate(focusToType))) return page.keyboard.insertText(action.value)
  return element.fill(action.value, { timeout })
}

const typed: ReadonlySet<string> = new Set(['text', 'email', 'password', 'tel', 'url', ''])

/** Runs in the page; sent as text. Makes a field ready to be typed into; whether it is. */
function focusToType(element: Element): boolean {
  if (!element.isConnected) throw new Error('The field is not attached.')
  if (!(element instanceof HTMLInputElement) || element.disabled || element.readOnly) return false
  element.focus()
  element.select()
  return (element.getRootNode() as Document | ShadowRoot).activeElement === element && document.hasFocus()
}

/**
 * Clicks, once at most: what was clicked may have been sent, however long the page takes to say so. Where something lies
 * over the control, or its label is what people press, the page's own click is used.
 */
export async function press(
  element: ElementHandle<Element>,
  { drawnByLabel }: Pick<ControlDescription, 'drawnByLabel'>,
  timeout: number,
): Promise<void> {
  // Looked at here and not by Playwright, whose time-out does not tell whether it has clicked.
  if (!drawnByLabel && (await element.evaluate(comesToRest, Math.min(timeout, patience)))) {
    return element.click({ timeout, force: true, noWaitAfter: true })
  }
  await element.evaluate((node) => {
    const label = (node as HTMLInputElement).labels?.[0]
    const target = node.checkVisibility() || label === undefined ? (node as HTMLElement) : label
    target.click()
  })
}

/** How long a control may be covered or disabled before it is pressed all the same, in milliseconds. */
const patience = 2000

/** Runs in the page; sent as text. Whether a control can be clicked, within `ms` milliseconds: in sight, at rest, and nothing over it. */
async function comesToRest(element: Element, ms: number): Promise<boolean> {
  const began = performance.now()
  let last = ''
  for (;;) {
    if (!element.isConnected) throw new Error('The control is not attached.')
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' })
    const { x, y, width, height } = element.getBoundingClientRect()
    let top: Node | null = (element.getRootNode() as Document | ShadowRoot).elementFromPoint(
      x + width / 2,
      y + height / 2,
    )
    while (top !== null && top !== element) top = top.parentNode ?? (top as ShadowRoot).host ?? null
    const place = [x, y, width, height].join()
    const passed = performance.now() - began
    // What moves for ever is clicked where it is.
    if (top === element && !element.matches(':disabled') && (place === last || passed > 500)) return true
    if (passed > ms) return false
    last = place
    await new Promise((resolve) => setTimeout(resolve, 16))
  }
}
