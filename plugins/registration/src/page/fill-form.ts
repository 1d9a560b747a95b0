import { type ControlDescription, signature } from '../fields/control.ts'
import { type ChosenForm, formsOf } from '../fields/form.ts'
import { isChosen } from '../fields/options.ts'
import type { FillPlan, PlannedField } from '../fields/plan.ts'
import type { Verdict } from '../outcome/classify.ts'
import { type FoundForm, leftOrigin, type Session } from '../session.ts'
import { enter } from './enter.ts'
import { type DescribedPage, isDetached, observe, withElement } from './form-page.ts'
import { isTypedInto, typeInto } from './type-into.ts'

/** A form draws itself again, or shows further fields, this often at most. */
const maxRounds = 5
/** How long a form may check its fields before it lets the button go, in milliseconds. */
const checkTime = 4000

export interface FilledForm {
  readonly described: DescribedPage
  readonly form: ChosenForm
  readonly plan: FillPlan
}

/**
 * Fills a form in, and looks again: a field that lost its value (a script took the page over) is filled once more,
 * and fields that came up meanwhile are filled too.
 */
export async function fillForm(session: Session, found: FoundForm, first: FillPlan): Promise<FilledForm | Verdict> {
  let current: FilledForm = { described: found.described, form: found.form, plan: first }
  let todo = first.fields
  // What was taken from a list may show anywhere.
  const chosen = new Set<string>()
  for (let round = 0; ; round++) {
    let redrawn = false
    try {
      const over = await enterAll(session, current.described, todo, chosen)
      if (over !== undefined) return over
    } catch (error) {
      if (!isDetached(error)) throw error
      redrawn = true
    }
    const described = await (redrawn ? current.described.afresh() : current.described.again())
    const form = sameForm(formsOf(described.description), current.form, current.plan)
    if (form === undefined) return current
    const plan = session.plan(form)
    current = {
      described,
      form,
      plan: { ...plan, fields: plan.fields.length === 0 ? current.plan.fields : plan.fields },
    }
    todo = plan.fields.filter((field) => !isDone(field) && !chosen.has(signature(field.control)))
    if (todo.length === 0 || round >= maxRounds) return current
  }
}

async function enterAll(
  { page, watch, left }: Session,
  described: DescribedPage,
  fields: readonly PlannedField[],
  chosen: Set<string>,
): Promise<Verdict | undefined> {
  let rest = fields
  while (rest.length > 0) {
    const beyond = rest.findIndex((field) => !isTypedInto(field))
    const typed = rest.slice(0, beyond === -1 ? rest.length : beyond)
    if (typed.length > 0) rest = rest.slice(await typeInto(described, typed))
    const [field] = rest
    if (field !== undefined) {
      await enter(page, await described.element(field.control), field, left())
      if (field.action.do === 'choose') chosen.add(signature(field.control))
    }
    rest = rest.slice(1)
    if (watch.left !== undefined) return leftOrigin(watch.left)
  }
  return undefined
}

/** Lets the form check its last field; a reason where it still keeps its button. */
export async function releaseButton(
  { left }: Pick<Session, 'left'>,
  { described, form, plan }: FilledForm,
): Promise<Verdict | undefined> {
  if (form.submit?.disabled !== true) return undefined
  const last = plan.fields.at(-1)
  if (last !== undefined)
    await withElement(described, last.control, (element) => element.press('Tab', { timeout: left() }))
  try {
    const timeout = Math.min(left(), checkTime)
    await withElement(described, form.submit, (button) => button.waitForElementState('enabled', { timeout }))
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error
    const { invalid, errors } = await observe(described.frame)
    const message = errors[0] ?? invalid[0]
    const reason = message === undefined ? 'and gives no reason' : `and says: ${message}`
    return { outcome: 'rejected', reason: `The form keeps its button disabled, ${reason}` }
  }
}

function sameForm(forms: readonly ChosenForm[], before: ChosenForm, { fields }: FillPlan): ChosenForm | undefined {
  const known = new Set(fields.map(({ control }) => signature(control)))
  const has = (form: ChosenForm) => form.controls.some((control) => known.has(signature(control)))
  return forms.find((form) => form.index === before.index && has(form)) ?? forms.find(has)
}

function isDone({ action, control }: PlannedField): boolean {
  if (action.do === 'check') return control.checked
  if (action.do === 'choose') return isChosen(control)
  return action.do === 'select' ? control.value === action.value : isFilled(control)
}

/** Forms may write a value differently (a phone number with spaces), so any value will do. */
function isFilled({ filled }: ControlDescription): boolean {
  return filled
}
