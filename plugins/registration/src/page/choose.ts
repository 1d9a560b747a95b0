/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ElementHandle, Frame, JSHandle } from 'playwright-core'
import type { ControlOption } from '../fields/control.ts'
import type { ListAnswer } from '../fields/options.ts'
import { isDetached } from './form-page.ts'

/** How long a list may take to open, in milliseconds. */
const openTime = 1500
/** The same of one that may only open once something is typed. */
const glance = 500
/** How long a list may take that opens as something is typed, its questions to the site included. In milliseconds. */
const suggestTime = 3000
/** What lists are asked for that know the answer by another name. */
const fewLetters = 2

/** A list may be drawn again under one's hand, as the site's answers come in; this often at most. */
const mostTries = 10

/** Opens a list of an app's own and takes what `answer` takes of it; where the list only shows what was typed, types. */
export async function choose(element: ElementHandle<Element>, answer: ListAnswer, timeout: number): Promise<void> {
  const frame = await element.ownerFrame()
  if (frame === null) throw new Error('The field is not attached.')
  const takeOf = async (pick: Pick, { containing = '', ms }: { containing?: string; ms: number }): Promise<boolean> => {
    const wanted = { element, containing: containing.toLowerCase() }
    for (let tries = 0; tries < mostTries; tries++) {
      const list = await listOf(frame, wanted, Math.min(timeout, ms))
      const option = list && pick(await list.evaluate(readOptions))
      if (list === undefined || option === undefined) return false
      try {
        await take(element, list, option, timeout)
        return true
      } catch (error) {
        if (!isDetached(error)) throw error
      }
    }
    return false
  }
  const typed = (await element.evaluate(isTyped)) ? answer.typed : undefined
  await element.click({ timeout: Math.min(timeout, openTime) })
  if (typed === undefined) {
    if (!(await takeOf(answer.of, { ms: openTime }))) await element.press('Escape', { timeout })
    return
  }
  if (await takeOf(answer.fitting, { ms: glance })) return
  for (const text of [typed, typed.slice(0, fewLetters)]) {
    await element.selectText({ timeout })
    await frame.page().keyboard.type(text)
    if (await takeOf(answer.of, { containing: text, ms: suggestTime })) return
  }
  // Nothing is suggested, so that what was meant stands there at least.
  await element.fill(typed, { timeout })
}

type Pick = ListAnswer['of']
type List = JSHandle<Element[]>

/** The options that show, once one of them contains a text; undefined where none does in time. */
async function listOf(
  frame: Frame,
  wanted: { readonly element: ElementHandle<Element>; readonly containing: string },
  ms: number,
): Promise<List | undefined> {
  try {
    return (await frame.waitForFunction(shownOptions, wanted, { timeout: Math.max(1, ms) })) as List
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return undefined
    throw error
  }
}

async function take(
  element: ElementHandle<Element>,
  list: List,
  { value: index }: ControlOption,
  timeout: number,
): Promise<void> {
  const option = (await list.evaluateHandle((elements, at) => elements[at], Number(index))).asElement()
  // The browser draws a `datalist` itself, where nothing can be clicked.
  const value = await option?.evaluate((one) => (one instanceof HTMLOptionElement ? one.value : undefined))
  if (value === undefined) await option?.click({ timeout })
  else await element.fill(value, { timeout })
}

/** Runs in the page; sent as text. */
function readOptions(elements: readonly Element[]): ControlOption[] {
  return elements.map((option, index) => ({
    value: String(index),
    text: ((option as HTMLOptionElement).label || (option.textContent ?? '')).replace(/\s+/g, ' ').trim(),
    disabled: option.getAttribute('aria-disabled') === 'true',
  }))
}

/** Runs in the page; sent as text. */
function isTyped(element: Element): boolean {
  return element instanceof HTMLInputElement && !element.readOnly
}

/**
 * Runs in the page; sent as text. The options that show, of the list that belongs to the element, once one of them
 * contains a text; false before.
 */
function shownOptions({ element, containing }: { element: Element; containing: string }): Element[] | false {
  const root = element.getRootNode() as Document | ShadowRoot
  const own = element instanceof HTMLInputElement ? element.list : null
  const id = element.getAttribute('aria-controls') ?? element.getAttribute('aria-owns') ?? ''
  const places = [id === '' ? null : root.getElementById(id), root, document]
  const found = places.map((place) =>
    [...(place?.querySelectorAll('[role="option"]') ?? [])].filter((option) => option.checkVisibility()),
  )
  const options = own !== null ? [...own.options] : (found.find((some) => some.length > 0) ?? [])
  const says = (option: Element) =>
    `${(option as HTMLOptionElement).label ?? ''} ${(option as HTMLOptionElement).value ?? ''} ${option.textContent}`
  return options.some((option) => says(option).toLowerCase().includes(containing)) && options
}
