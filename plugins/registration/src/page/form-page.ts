import type { ElementHandle, Frame, JSHandle } from 'playwright-core'
import { type ControlDescription, type PageDescription, signature } from '../fields/control.ts'
import { type Described, describePage } from './describe.ts'
import { type Observation, observePage } from './observe.ts'

/** A described page together with its elements, which live until its next document. */
export interface DescribedPage {
  readonly frame: Frame
  readonly description: PageDescription
  /** Looks again, in the same way. The elements stay those at hand where the page shows the same controls. */
  again(): Promise<DescribedPage>
  /** The same, with its elements as they are now. */
  afresh(): Promise<DescribedPage>
  element(control: ControlDescription): Promise<ElementHandle<Element>>
  /** The same elements in the page, for work on several of them in one round trip. */
  readonly handle: JSHandle<Described>
}

export interface FrameOptions {
  /** Elements that configured selectors lead to, by the selector's key. */
  readonly explicit?: Readonly<Record<string, ElementHandle<Element>>>
  /** Configured selectors in CSS, by their keys. */
  readonly selectors?: Readonly<Record<string, string>>
  /** Also what is no control by its markup, and can be pressed all the same. */
  readonly loose?: boolean
}

const defaults = { explicit: {}, selectors: {}, loose: false } as const

/** Describes the controls of a frame in one evaluation, and keeps their elements at hand. */
export async function describeFrame(frame: Frame, options: FrameOptions = {}): Promise<DescribedPage> {
  const result = await frame.evaluateHandle(describePage, { ...defaults, ...options })
  const json = await result.evaluate(({ json: text }) => text)
  let elements: Promise<Map<string, JSHandle>> | undefined
  const described: DescribedPage = {
    frame,
    description: JSON.parse(json) as PageDescription,
    handle: result,
    afresh: () => describeFrame(frame, options),
    async again() {
      const description = await lookAt(frame, options)
      return sameControls(description, this.description) ? { ...this, description } : this.afresh()
    },
    async element(control) {
      elements ??= result.getProperty('elements').then((list) => list.getProperties())
      const element = (await elements).get(String(control.index))?.asElement()
      if (element == null) throw new Error(`The control ${control.index} is gone.`)
      return element as ElementHandle<Element>
    },
  }
  return described
}

/** Does something with a control, and where a script has drawn it again meanwhile, with the new one. */
export async function withElement<T>(
  described: DescribedPage,
  control: ControlDescription,
  work: (element: ElementHandle<Element>) => Promise<T>,
): Promise<T> {
  try {
    return await work(await described.element(control))
  } catch (error) {
    if (!isDetached(error)) throw error
    const now = await described.afresh()
    const same = now.description.controls.find((other) => signature(other) === signature(control))
    if (same === undefined) throw error
    return work(await now.element(same))
  }
}

/** The same in one round trip, for a look at the controls alone. */
export async function lookAt(frame: Frame, options: FrameOptions = {}): Promise<PageDescription> {
  const { json } = await frame.evaluate(describePage, { ...defaults, ...options })
  return JSON.parse(json) as PageDescription
}

function sameControls(one: PageDescription, other: PageDescription): boolean {
  const signatures = (page: PageDescription) => page.controls.map(signature).join('\n')
  return signatures(one) === signatures(other)
}

/** An element that is no longer a part of its page, as when a script has drawn it again. */
export function isDetached(error: unknown): boolean {
  return error instanceof Error && /not attached|is gone|detached/i.test(error.message)
}

/** What a frame shows now. */
export async function observe(frame: Frame): Promise<Observation> {
  return JSON.parse(await frame.evaluate(observePage)) as Observation
}

/** What `look` sees; undefined while the page goes from one document to the next. */
export async function unlessBetweenDocuments<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (isBetweenDocuments(error)) return undefined
    throw error
  }
}

/** A page that goes from one document to the next answers nothing for a moment. */
export function isBetweenDocuments(error: unknown): boolean {
  return (
    error instanceof Error &&
    /context was destroyed|navigat|cannot find context|frame was detached/i.test(error.message)
  )
}
