import type { ElementHandle, Frame } from 'playwright-core'
import { type ControlDescription, type PageDescription, signature } from '../fields/control.ts'
import { chooseForm } from '../fields/form.ts'
import { chooseOpener, chooseToggle } from '../fields/opener.ts'
import type { Verdict } from '../outcome/classify.ts'
import { type FoundForm, leftOrigin, type Session } from '../session.ts'
import { CookieAnswers } from './answer-cookies.ts'
import { press } from './enter.ts'
import { describeFrame, isBetweenDocuments, observe } from './form-page.ts'
import type { Observation } from './observe.ts'
import { configuredSelectors } from './selectors.ts'

/** How long a page may stay quiet without showing a form, in milliseconds. */
const quietTime = 4000
/** How long a page may take to show one at all, in milliseconds. */
const formTime = 15_000
/** How long a page must be quiet before a link to its form is followed, in milliseconds. */
const openerTime = 300
/** Between two looks at the page, in milliseconds. */
const lookEvery = 50
const maxOpeners = 2
/** A menu, and one within it. */
const maxToggles = 3
const maxConsents = 3

/** Waits for the sign-up form, answers cookie dialogs on the way, and opens it where a link or button leads to it. */
export async function findForm(session: Session): Promise<FoundForm | Verdict> {
  const { page, watch, config, now } = session
  const started = now()
  const explicit: Record<string, ElementHandle<Element>> = {}
  const { css, others } = configuredSelectors(config)
  const located = await Promise.all(others.map(([, selector]) => locate(session, selector)))
  for (const [at, [key, selector]] of others.entries()) {
    const element = located[at]
    if (element === undefined) return selectorMissing(key, selector)
    explicit[key] = element
  }
  const options = { explicit, selectors: css }
  const cookies = new CookieAnswers(page, config.cookies, now)
  let opened = 0
  const toggled = new Set<string>()
  let toggledAt = 0
  let consents = 0
  let buttonless: FoundForm | undefined
  let missing: readonly [key: string, selector: string] | undefined
  for (;;) {
    if (watch.left !== undefined) return leftOrigin(watch.left)
    try {
      const [described, shown, consent] = await Promise.all([
        describeFrame(page.mainFrame(), options),
        observe(page.mainFrame()),
        consents < maxConsents ? cookies.button() : undefined,
      ])
      const waits = consent === undefined && (await cookies.pending())
      if (consent !== undefined) {
        consents++
        await press(page, consent, { drawnByLabel: false }, session.left())
        continue
      }
      const refused = refusal(shown)
      if (refused !== undefined) return refused
      if (waits) {
        await watch.change(lookEvery)
        continue
      }
      missing = missingOf(css, described.description)
      const form = missing === undefined ? chooseForm(described.description) : undefined
      if (form?.submit !== undefined) return { described, form, shown }
      if (form !== undefined) buttonless = { described, form, shown }
      const inner = missing === undefined ? await inFrames(session) : undefined
      if (inner !== undefined) return inner
      if (shown.parsed && now() - Math.max(watch.changedAt, toggledAt) >= openerTime) {
        const loose = await describeFrame(page.mainFrame(), { ...options, loose: true })
        const looseForm = missing === undefined ? chooseForm(loose.description) : undefined
        if (looseForm !== undefined) return { described: loose, form: looseForm, shown }
        if (form !== undefined) return { described, form, shown }
        const opener = opened < maxOpeners ? chooseOpener(loose.description) : undefined
        if (opener !== undefined) {
          opened++
          await press(page, await loose.element(opener), opener, session.left())
          continue
        }
        const isPressed = (control: ControlDescription) => toggled.has(signature(control))
        const toggle = toggled.size < maxToggles ? chooseToggle(loose.description, isPressed) : undefined
        if (toggle !== undefined) {
          toggled.add(signature(toggle))
          await press(page, await loose.element(toggle), toggle, session.left())
          toggledAt = now()
          continue
        }
      }
    } catch (error) {
      if (!isBetweenDocuments(error)) throw error
    }
    const quiet = now() - watch.changedAt >= quietTime && !watch.navigating
    const late = now() - started >= formTime || session.left() <= 1
    // What was configured is waited for as long as there is time.
    if (late && missing !== undefined) return selectorMissing(...missing)
    if (late || (quiet && missing === undefined))
      return buttonless ?? { outcome: 'no_form', reason: 'No sign-up form showed on the page.' }
    await watch.change(lookEvery)
  }
}

/** The first configured selector that leads to nothing. */
function missingOf(selectors: Readonly<Record<string, string>>, { controls }: PageDescription) {
  const found = new Set(controls.flatMap(({ explicit }) => explicit))
  return Object.entries(selectors).find(([key]) => !found.has(key))
}

function selectorMissing(key: string, selector: string): Verdict {
  return { outcome: 'selector_missing', reason: `${key} matches nothing: ${selector}` }
}

function refusal({ captcha, challenge }: Observation): Verdict | undefined {
  if (captcha !== '') return { outcome: 'captcha', reason: `The page shows a ${captcha}.` }
  return challenge === '' ? undefined : { outcome: 'challenged', reason: `The page shows a ${challenge}.` }
}

/** A form in a frame of the site's own. */
async function inFrames({ page, authorisation }: Session): Promise<FoundForm | Verdict | undefined> {
  const frames = page.frames().filter((frame) => frame !== page.mainFrame() && isOwn(frame, authorisation.origin))
  for (const frame of frames) {
    const [described, shown] = await Promise.all([describeFrame(frame), observe(frame)])
    const form = chooseForm(described.description)
    if (form !== undefined) return refusal(shown) ?? { described, form, shown }
  }
  return undefined
}

function isOwn(frame: Frame, origin: string): boolean {
  return frame.url() === 'about:srcdoc' || URL.parse(frame.url())?.origin === origin
}

async function locate({ page, left }: Session, selector: string): Promise<ElementHandle<Element> | undefined> {
  try {
    const element = await page
      .locator(selector)
      .first()
      .elementHandle({ timeout: Math.min(left(), formTime) })
    return element as ElementHandle<Element>
  } catch (error) {
    if (page.isClosed() || isBetweenDocuments(error)) throw error
    return undefined
  }
}
