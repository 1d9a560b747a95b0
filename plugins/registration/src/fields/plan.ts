import type { Identity } from '../identity/identity.ts'
import { type ControlDescription, controlName } from './control.ts'
import { isList } from './evidence.ts'
import { fillable } from './fillable.ts'
import type { ChosenForm } from './form.ts'
import { isChosen, type ListAnswer, listAnswer, pickOption } from './options.ts'
import type { RecognisedControl } from './recognise.ts'
import { obligatory, optional, plain } from './text.ts'
import { valueFor } from './values.ts'
import type { FieldKind } from './vocabulary.ts'

type FieldAction =
  | { readonly do: 'fill'; readonly value: string }
  | { readonly do: 'select'; readonly value: string }
  | { readonly do: 'check' }
  /** Of a list that has to be opened first, or typed in. */
  | { readonly do: 'choose'; readonly pick: ListAnswer }

export interface PlannedField {
  readonly control: ControlDescription
  readonly kind: FieldKind
  readonly evidence: string
  readonly detail: string
  readonly action: FieldAction
}

export interface FillPlan {
  readonly fields: readonly PlannedField[]
  /** Required fields that were not understood. */
  readonly unmapped: readonly ControlDescription[]
  /** The form asks for a CAPTCHA. */
  readonly captcha: ControlDescription | undefined
}

/** What a sign-up is made of: filled in even where the form does not insist. */
const core: ReadonlySet<FieldKind> = new Set([
  'email',
  'emailConfirm',
  'password',
  'passwordConfirm',
  'username',
  'firstName',
  'lastName',
  'fullName',
  'terms',
])
/** Left alone unless the form insists. */
const reluctant: ReadonlySet<FieldKind> = new Set(['newsletter', 'website', 'company', 'jobTitle', 'street2'])

/** Decides what goes into which control. */
export function planFill(form: ChosenForm, identity: Identity, password: string): FillPlan {
  const controls = form.controls.filter(fillable)
  const marked = controls.some(isRequired)
  const byControl = new Map(form.recognised.map((item) => [item.control.index, item]))
  const fields: PlannedField[] = []
  const unmapped: ControlDescription[] = []
  const groups = new Set<string>()
  let captcha: ControlDescription | undefined
  for (const control of controls) {
    const known = byControl.get(control.index)
    if (known?.kind === 'captcha') captcha ??= control
    const required = isRequired(control)
    if (control.type === 'radio') {
      const group = control.name || control.group
      if (groups.has(group)) continue
      groups.add(group)
      const members = controls.filter((other) => other.type === 'radio' && (other.name || other.group) === group)
      const planned = planRadio(members, known, members.some(isRequired) || !marked)
      if (planned !== undefined) fields.push(planned)
      continue
    }
    if (control.type === 'combobox' && control.tag === 'select' && isChosen(control)) continue
    if (known !== undefined && !wanted(known.kind, required, marked)) continue
    const planned = known === undefined ? planUnknown(control, required) : planKnown(known, identity, password)
    if (planned !== undefined) fields.push(planned)
    else if (required && known?.kind !== 'captcha' && control.value === '') unmapped.push(control)
  }
  return { fields, unmapped, captcha }
}

function wanted(kind: FieldKind, required: boolean, marked: boolean): boolean {
  if (kind === 'captcha') return false
  return core.has(kind) || required || (!marked && !reluctant.has(kind))
}

/** `required`, `aria-required`, or a star on its label. */
function isRequired(control: ControlDescription): boolean {
  const text = `${control.label} ${control.placeholder} ${control.group}`
  if (control.required) return true
  return (/(^|[^*])\*(\s|$)/.test(text) || inBrackets(text, obligatory)) && !optional.test(plain(text))
}

function inBrackets(text: string, words: RegExp): boolean {
  return [...plain(text).matchAll(/\(([^)]*)\)/g)].some(([, inner = '']) => words.test(inner))
}

function planKnown(known: RecognisedControl, identity: Identity, password: string): PlannedField | undefined {
  const { control, kind, evidence, detail } = known
  const base = { control, kind, evidence, detail }
  if (control.type === 'checkbox') return { ...base, action: { do: 'check' } }
  if (control.type === 'combobox' && isList(control, kind))
    return {
      ...base,
      action: { do: 'choose', pick: listAnswer(kind, identity, valueFor(control, kind, identity, '')) },
    }
  if (control.type === 'select') {
    const option = pickOption(control.options, kind, identity)
    return option === undefined ? undefined : { ...base, action: { do: 'select', value: option.value } }
  }
  const value = valueFor(control, kind, identity, password)
  return value === undefined ? undefined : { ...base, action: { do: 'fill', value } }
}

/** A list states its own answers, so any of them is valid; free text is never guessed. */
function planUnknown(control: ControlDescription, required: boolean): PlannedField | undefined {
  if (!required || !/^(select|checkbox|combobox)$/.test(control.type)) return undefined
  const base = { control, kind: 'choice' as const, evidence: 'position', detail: `a required ${control.type}` }
  if (control.type === 'checkbox') return { ...base, action: { do: 'check' } }
  if (control.type === 'combobox')
    return { ...base, action: { do: 'choose', pick: listAnswer('choice', undefined, undefined) } }
  const option = pickOption(control.options, 'choice', undefined)
  return option === undefined ? undefined : { ...base, action: { do: 'select', value: option.value } }
}

function planRadio(
  members: readonly ControlDescription[],
  known: RecognisedControl | undefined,
  wantedNow: boolean,
): PlannedField | undefined {
  if (!wantedNow || members.some(({ checked }) => checked)) return undefined
  const options = members.map(({ label, value, index }) => ({
    text: label || value,
    value: String(index),
    disabled: false,
  }))
  const kind = known?.kind ?? 'choice'
  const picked = pickOption(options, kind, undefined)
  const control = members.find(({ index }) => String(index) === picked?.value)
  if (control === undefined) return undefined
  return {
    control,
    kind,
    evidence: known?.evidence ?? 'position',
    detail: known?.detail ?? 'a group of radio buttons',
    action: { do: 'check' },
  }
}

/** For a reason: names the fields that were not understood. */
export function describeUnmapped(controls: readonly ControlDescription[]): string {
  const names = controls.map((control) => {
    const label = control.label || control.placeholder
    return label === '' ? controlName(control) : `${controlName(control)} ("${label}")`
  })
  return `The form requires ${names.join(', ')}, and nothing says what belongs there.`
}
