import type { Frame, Page } from 'playwright-core'
import { type PageDescription, signature } from '../fields/control.ts'
import { formsOf, isLogIn } from '../fields/form.ts'
import { nextStep, type StepContext } from '../fields/next-step.ts'
import type { FillPlan } from '../fields/plan.ts'
import type { FieldKind } from '../fields/vocabulary.ts'
import { classify, type Verdict } from '../outcome/classify.ts'
import { type FoundForm, leftOrigin, type Session } from '../session.ts'
import { describeFrame, lookAt, observe, unlessBetweenDocuments } from './form-page.ts'
import type { Observation } from './observe.ts'

/** With an answer but no word of success or failure, waiting longer than this tells nothing more. In milliseconds. */
const silence = 5000
/** Between two looks at the page, in milliseconds. */
const lookEvery = 50

/** Watches the page after a submit until its outcome shows, or a further step of the form. */
export async function awaitOutcome(
  session: Session,
  sent: FoundForm & { readonly plan: FillPlan; readonly given: ReadonlySet<FieldKind> },
): Promise<Verdict | FoundForm> {
  const { page, watch, now, config } = session
  const filled = sent.plan.fields.map(({ control }) => signature(control))
  const context = { given: sent.given, sent: new Set(filled) }
  let last = ''
  let changedAt = now()
  let reopened = false
  for (;;) {
    if (watch.left !== undefined) return leftOrigin(watch.left)
    // A document on its way needs no look at the one that it takes the place of.
    const looked = watch.navigating && session.left() > 1 ? undefined : await look(session, sent)
    if (looked !== undefined) {
      const { description, shown, selectorShown } = looked
      const text = JSON.stringify(shown)
      if (text !== last) changedAt = now()
      last = text
      const next = nextStep(description, { ...context, lines: shown.lines })
      const quietMs = now() - Math.max(changedAt, watch.changedAt)
      const { exchange, documentStatus, dialogs } = watch
      const pending = watch.navigating || (exchange !== undefined && exchange.status === undefined && !exchange.failed)
      const verdict = classify({
        before: sent.shown,
        now: shown,
        formShown: shownOf(description, sent, filled),
        exchange,
        documentStatus,
        quietMs,
        conditions: config.success,
        selectorShown,
        dialogs,
        nextStep: next !== undefined,
        over: session.left() <= 1 || (!pending && quietMs > silence),
      })
      if (verdict === 'next') {
        const further = await openStep(session, sent, context)
        if (further !== undefined) return { ...further, shown }
      } else if (verdict !== undefined) return verdict
    }
    if (watch.failedDocument !== undefined && isRedirected(session) && !reopened) {
      // The submit was answered with the address of the next page, and that page alone was lost: reading it again is safe.
      reopened = true
      await page
        .goto(watch.failedDocument, { waitUntil: 'domcontentloaded', timeout: session.left() })
        .catch(() => null)
      continue
    }
    await watch.change(lookEvery)
  }
}

/** How much of the form that was sent still shows; a log-in with fields of the same names is another form. */
function shownOf(page: PageDescription, { form: own, described }: FoundForm, filled: readonly string[]): number {
  const others = isLogIn(own, described.description) ? [] : formsOf(page).filter((form) => isLogIn(form, page))
  const logIns = new Set(others.flatMap(({ controls }) => controls))
  const controls = page.controls.filter((control) => control.visible && !logIns.has(control))
  const visible = new Set(controls.map(signature))
  return filled.length === 0 ? 0 : filled.filter((one) => visible.has(one)).length / filled.length
}

function isRedirected({ watch }: Session): boolean {
  const status = watch.exchange?.status ?? 0
  return status >= 300 && status < 400
}

/** The next step with its elements; undefined when the page has moved on meanwhile. */
async function openStep(
  { page }: Session,
  sent: FoundForm,
  context: Omit<StepContext, 'lines'>,
): Promise<Pick<FoundForm, 'described' | 'form'> | undefined> {
  const frame = frameOf(page, sent)
  const [described, { lines }] = await Promise.all([describeFrame(frame), observe(frame)])
  const form = nextStep(described.description, { ...context, lines })
  return form === undefined ? undefined : { described, form }
}

function frameOf(page: Page, { described: { frame } }: FoundForm): Frame {
  return frame.isDetached() ? page.mainFrame() : frame
}

function look(session: Session, sent: FoundForm) {
  const { page, config } = session
  const frame = frameOf(page, sent)
  return unlessBetweenDocuments(async () => {
    const [description, shown, outer, selectorShown] = await Promise.all([
      lookAt(frame),
      observe(frame),
      frame === page.mainFrame() ? undefined : observe(page.mainFrame()),
      isShown(session, config.success?.selector),
    ])
    return { description, shown: outer === undefined ? shown : both(shown, outer), selectorShown }
  })
}

/** What a frame shows, and the page around it. */
function both(inner: Observation, outer: Observation): Observation {
  return {
    ...inner,
    lines: [...inner.lines, ...outer.lines],
    errors: [...inner.errors, ...outer.errors],
    notices: [...inner.notices, ...outer.notices],
    captcha: inner.captcha || outer.captcha,
    challenge: inner.challenge || outer.challenge,
  }
}

async function isShown({ page }: Session, selector: string | undefined): Promise<boolean> {
  if (selector === undefined) return false
  return page
    .locator(selector)
    .first()
    .isVisible()
    .catch(() => false)
}
