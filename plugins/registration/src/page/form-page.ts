import type { ElementHandle, Frame, JSHandle } from 'playwright-core'
import type { ControlDescription, PageDescription } from '../fields/control.ts'
import type { PlannedField } from '../fields/plan.ts'
import { describePage } from './describe.ts'
import { type Observation, observePage } from './observe.ts'

/** A described page together with its elements, which live until its next document. */
export interface DescribedPage {
  readonly frame: Frame
  readonly description: PageDescription
  element(control: ControlDescription): Promise<ElementHandle<Element>>
}

/** Describes the controls of a frame in one evaluation. */
export async function describeFrame(
  frame: Frame,
  explicit: Readonly<Record<string, ElementHandle<Element>>>,
): Promise<DescribedPage> {
  const result = await frame.evaluateHandle(describePage, { explicit })
  const description = await result.evaluate(({ description: value }) => value)
  let elements: Promise<Map<string, JSHandle>> | undefined
  return {
    frame,
    description,
    async element(control) {
      elements ??= result.getProperty('elements').then((list) => list.getProperties())
      const element = (await elements).get(String(control.index))?.asElement()
      if (element == null) throw new Error(`The control ${control.index} is gone.`)
      return element as ElementHandle<Element>
    },
  }
}

/** What a frame shows now. */
export async function observe(frame: Frame): Promise<Observation> {
  return frame.evaluate(observePage)
}

/** A page that goes from one document to the next answers nothing for a moment. */
export function isBetweenDocuments(error: unknown): boolean {
  return (
    error instanceof Error &&
    /context was destroyed|navigat|cannot find context|frame was detached/i.test(error.message)
  )
}

/** Puts a planned value into its control, as a person would. */
export async function enter(element: ElementHandle<Element>, field: PlannedField, timeout: number): Promise<void> {
  const { action } = field
  if (action.do === 'fill') return element.fill(action.value, { timeout })
  if (action.do === 'select') {
    await element.selectOption({ value: action.value }, { timeout })
    return
  }
  if (field.control.checked) return
  await press(element, timeout)
}

/** Clicks; where something lies over the control or it is drawn by its label, the page's own click is used. */
export async function press(element: ElementHandle<Element>, timeout: number): Promise<void> {
  if (await element.isVisible()) {
    try {
      await element.click({ timeout: Math.min(timeout, 2000), noWaitAfter: true })
      return
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error
    }
  }
  await element.evaluate((node) => {
    const label = (node as HTMLInputElement).labels?.[0]
    const target = node.checkVisibility() || label === undefined ? (node as HTMLElement) : label
    target.click()
  })
}
