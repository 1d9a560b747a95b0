import type { ElementHandle, Frame, JSHandle } from 'playwright-core'
import type { ControlDescription, PageDescription } from '../fields/control.ts'
import type { PlannedField } from '../fields/plan.ts'
import { choose } from './choose.ts'
import { describePage } from './describe.ts'
import { type Observation, observePage } from './observe.ts'

/** A described page together with its elements, which live until its next document. */
export interface DescribedPage {
  readonly frame: Frame
  readonly description: PageDescription
  /** Describes the frame anew, in the same way. */
  again(): Promise<DescribedPage>
  element(control: ControlDescription): Promise<ElementHandle<Element>>
}

export interface FrameOptions {
  /** Elements that configured selectors lead to, by the selector's key. */
  readonly explicit?: Readonly<Record<string, ElementHandle<Element>>>
  /** Also what is no control by its markup, and can be pressed all the same. */
  readonly loose?: boolean
}

/** Describes the controls of a frame in one evaluation, and keeps their elements at hand. */
export async function describeFrame(frame: Frame, options: FrameOptions = {}): Promise<DescribedPage> {
  const { explicit = {}, loose = false } = options
  const result = await frame.evaluateHandle(describePage, { explicit, loose })
  const json = await result.evaluate(({ json: text }) => text)
  let elements: Promise<Map<string, JSHandle>> | undefined
  return {
    frame,
    description: JSON.parse(json) as PageDescription,
    again: () => describeFrame(frame, options),
    async element(control) {
      elements ??= result.getProperty('elements').then((list) => list.getProperties())
      const element = (await elements).get(String(control.index))?.asElement()
      if (element == null) throw new Error(`The control ${control.index} is gone.`)
      return element as ElementHandle<Element>
    },
  }
}

/** The same in one round trip, for a look at the controls alone. */
export async function lookAt(frame: Frame): Promise<PageDescription> {
  const { json } = await frame.evaluate(describePage, { explicit: {}, loose: false })
  return JSON.parse(json) as PageDescription
}

/** What a frame shows now. */
export async function observe(frame: Frame): Promise<Observation> {
  return JSON.parse(await frame.evaluate(observePage)) as Observation
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
  if (action.do === 'choose') return choose(element, action.pick, timeout)
  if (action.do === 'select') {
    await element.selectOption({ value: action.value }, { timeout })
    return
  }
  if (field.control.checked) return
  await press(element, field.control, timeout)
}

/** Clicks; where something lies over the control or its label is what people press, the page's own click is used. */
export async function press(
  element: ElementHandle<Element>,
  { drawnByLabel }: Pick<ControlDescription, 'drawnByLabel'>,
  timeout: number,
): Promise<void> {
  if (!drawnByLabel) {
    try {
      await element.click({ timeout: Math.min(timeout, patience), noWaitAfter: true })
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

/** How long a control may be covered before it is pressed all the same, in milliseconds. */
const patience = 2000
