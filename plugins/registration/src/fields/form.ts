import type { ControlDescription, PageDescription } from './control.ts'
import { fillable } from './fillable.ts'
import { goOn, logIn, notSubmit, other, signUp } from './form-words.ts'
import { isScript } from './opener.ts'
import { type RecognisedControl, recogniseAll } from './recognise.ts'
import { bareLabel, plain, spaced } from './text.ts'

/** A form together with what its controls mean. */
export interface ChosenForm {
  /** Its index on the page; -1 for controls outside of every form. */
  readonly index: number
  readonly controls: readonly ControlDescription[]
  readonly recognised: readonly RecognisedControl[]
  readonly submit: ControlDescription | undefined
}

/** The form that a new user would fill in, or undefined where the page shows none. */
export function chooseForm(page: PageDescription): ChosenForm | undefined {
  let best: { readonly form: ChosenForm; readonly score: number } | undefined
  for (const form of formsOf(page)) {
    const score = rate(form, page)
    if (score >= enough && (best === undefined || score > best.score)) best = { form, score }
  }
  return best?.form
}

/** All forms of a page; controls outside of every form count as one. */
export function formsOf(page: PageDescription): readonly ChosenForm[] {
  const groups = Map.groupBy(page.controls, ({ form }) => form)
  return [...groups].map(([index, controls]) => describeForm(index, controls, page))
}

/** A form for people who have an account already. */
export function isLogIn(form: ChosenForm, page: PageDescription): boolean {
  const kinds = new Set(form.recognised.map(({ kind }) => kind))
  const passwords = form.controls.filter(({ type, visible }) => type === 'password' && visible)
  const few = form.recognised.length <= 2 && passwords.length <= 1 && !kinds.has('firstName')
  const current = passwords.some(({ autocomplete }) => autocomplete.includes('current-password'))
  return few && (current || (logIn.test(wordsOf(form, page)) && !signUp.test(wordsOf(form, page))))
}

function wordsOf(form: ChosenForm, page: PageDescription): string {
  const described = page.forms[form.index]
  return plain(
    [
      form.submit?.label,
      described?.heading,
      spaced(described?.id ?? ''),
      spaced(described?.name ?? ''),
      described?.action,
    ].join(' '),
  )
}

/** One field that names the person and a second sign of a sign-up. */
const enough = 3

function describeForm(index: number, controls: readonly ControlDescription[], page: PageDescription): ChosenForm {
  const recognised = recogniseAll(controls.filter(fillable))
  return { index, controls, recognised, submit: chooseSubmit(controls) ?? looseSubmit(index, page) }
}

function rate(form: ChosenForm, page: PageDescription): number {
  const kinds = new Set(form.recognised.map(({ kind }) => kind))
  if (form.controls.some(({ explicit }) => explicit.length > 0)) return 100
  if (isLogIn(form, page)) return 0
  const words = wordsOf(form, page)
  const says = signUp.test(words)
  const names = (['firstName', 'lastName', 'fullName'] as const).filter((kind) => kinds.has(kind)).length
  // The first page of several may ask for the name alone.
  if (!kinds.has('email') && !kinds.has('username') && !(names > 0 && says)) return 0
  const passwords = form.controls.filter(({ type, visible }) => type === 'password' && visible)
  let score = kinds.has('email') ? 3 : kinds.has('username') ? 1 : 0
  if (passwords.length === 1) score += 2
  if (kinds.has('passwordConfirm') || passwords.length > 1) score += 3
  for (const kind of ['username', 'terms', 'emailConfirm', 'birthDate', 'country'] as const)
    if (kinds.has(kind)) score += 1
  score += names
  if (says) score += 2
  const few = form.recognised.length <= 2
  if (other.test(words) && few && passwords.length === 0) score -= 2
  return score
}

/** The button that sends the form: rather behind its last password, its e-mail or its first field than in the page's head. */
export function chooseSubmit(controls: readonly ControlDescription[]): ControlDescription | undefined {
  const explicit = controls.find((control) => control.explicit.includes('submitSelector'))
  if (explicit !== undefined) return explicit
  const shown = controls.filter(({ visible }) => visible)
  const buttons = shown.filter(
    ({ tag, type, value }) =>
      tag === 'button' && !/^(reset|opener)$/.test(type) && (type !== 'link' || isScript(value)),
  )
  const field =
    shown.findLast(({ type }) => type === 'password') ??
    shown.find(({ type }) => type === 'email') ??
    shown.find(fillable)
  const behind = buttons.filter(({ index }) => index > (field?.index ?? -1))
  return pickSubmit(behind) ?? pickSubmit(buttons)
}

function pickSubmit(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  return (
    best(buttons.filter(({ type }) => type === 'submit' || type === 'image')) ??
    best(buttons.filter(({ label }) => signUp.test(bareLabel(label)) || goOn.test(bareLabel(label)))) ??
    onlyOne(buttons.filter(({ label, type }) => type !== 'link' && label !== '' && !notSubmit.test(bareLabel(label))))
  )
}

function onlyOne(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  return buttons.length === 1 ? buttons[0] : undefined
}

function best(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  const named = buttons.filter(({ label }) => !notSubmit.test(bareLabel(label)))
  return (
    named.find(({ label }) => signUp.test(bareLabel(label))) ??
    named.find(({ label }) => goOn.test(bareLabel(label))) ??
    named.findLast(({ label }) => !logIn.test(bareLabel(label))) ??
    named.at(-1) ??
    buttons.at(-1)
  )
}

/** A single-page app may place its button outside of the form. */
function looseSubmit(index: number, page: PageDescription): ControlDescription | undefined {
  const loose = page.controls.filter((control) => control.form !== index && control.type !== 'link')
  return (
    loose.find(({ explicit }) => explicit.includes('submitSelector')) ??
    loose.find(
      ({ tag, visible, form, label }) => tag === 'button' && visible && form === -1 && signUp.test(bareLabel(label)),
    )
  )
}
