/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { PlannedField } from '../fields/plan.ts'
import type { Described } from './describe.ts'
import type { DescribedPage } from './form-page.ts'

const types: ReadonlySet<string> = new Set(['text', 'email', 'password', 'tel', 'url', ''])

/** A line of text, or one of the options of a plain list. */
export function isTypedInto({ action, control }: PlannedField): boolean {
  return action.do === 'select' || (action.do === 'fill' && types.has(control.type))
}

/**
 * Types into fields and selects from lists, one after the other in one round trip: Playwright's own way takes five for
 * each. How many took it; the one after these is no plain one, or does not take the focus.
 */
export async function typeInto({ handle }: DescribedPage, fields: readonly PlannedField[]): Promise<number> {
  const given = fields.map(({ action, control }) => ({
    index: control.index,
    value: 'value' in action ? action.value : '',
  }))
  return handle.evaluate(typeEach, given)
}

/** Runs in the page; sent as text. */
async function typeEach(
  { elements }: Described,
  given: readonly { readonly index: number; readonly value: string }[],
): Promise<number> {
  const isFocused = (element: Element) =>
    (element.getRootNode() as Document | ShadowRoot).activeElement === element && document.hasFocus()
  const type = (element: HTMLInputElement, value: string): boolean => {
    element.focus()
    element.select()
    return isFocused(element) && document.execCommand('insertText', false, value)
  }
  const select = (list: HTMLSelectElement, value: string): boolean => {
    const option = [...list.options].find((each) => each.value === value && !each.disabled)
    if (option === undefined || !list.checkVisibility()) return false
    list.focus()
    list.value = value
    for (const name of ['input', 'change']) list.dispatchEvent(new Event(name, { bubbles: true, composed: true }))
    return true
  }
  for (const [done, { index, value }] of given.entries()) {
    const element = elements[index]
    if (element?.isConnected !== true) throw new Error('The field is not attached.')
    if (element.matches(':disabled, :read-only:not(select)')) return done
    const took =
      element instanceof HTMLSelectElement
        ? !element.multiple && select(element, value)
        : element instanceof HTMLInputElement && type(element, value)
    if (!took) return done
    // A script that draws the form again does so in a turn of its own.
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve()
      port2.postMessage(undefined)
    })
  }
  return given.length
}
