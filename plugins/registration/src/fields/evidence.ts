import type { ControlDescription } from './control.ts'
import { bareLabel, plain, spaced, squeezed } from './text.ts'
import { confirmation, type FieldKind, genericName, vocabulary } from './vocabulary.ts'

/** What a field was recognised by, the strongest first. */
export const evidenceOrder = ['explicit', 'autocomplete', 'type', 'exact', 'pattern', 'label', 'position'] as const
type Evidence = (typeof evidenceOrder)[number]

export interface Recognised {
  readonly kind: FieldKind
  readonly evidence: Evidence
  /** The evidence itself, for people. */
  readonly detail: string
}

/** Configured selectors that name a field, by the key that the page reports. */
export const explicitKinds: Readonly<Record<string, FieldKind>> = {
  firstNameSelector: 'firstName',
  lastNameSelector: 'lastName',
  emailSelector: 'email',
  usernameSelector: 'username',
  passwordSelector: 'password',
}

const typeKinds: Readonly<Record<string, FieldKind>> = { email: 'email', password: 'password' }
const weakTypeKinds: Readonly<Record<string, FieldKind>> = { tel: 'phone', url: 'website' }

const boxKinds: ReadonlySet<FieldKind> = new Set(['terms', 'newsletter', 'captcha'])
const listKinds: ReadonlySet<FieldKind> = new Set([
  'honorific',
  'gender',
  'birthDay',
  'birthMonth',
  'birthYear',
  'age',
  'country',
  'region',
  'city',
  'jobTitle',
  'terms',
  'newsletter',
])
const passwordKinds: ReadonlySet<FieldKind> = new Set(['password', 'passwordConfirm'])

/** Whether a control of this type could hold such a value at all. */
function holds(control: ControlDescription, kind: FieldKind): boolean {
  switch (control.type) {
    case 'checkbox':
      return boxKinds.has(kind)
    case 'radio':
    case 'select':
      return listKinds.has(kind)
    case 'combobox':
      return control.tag === 'select' ? listKinds.has(kind) : kind !== 'terms' && kind !== 'newsletter'
    case 'password':
      return passwordKinds.has(kind)
    case 'date':
      return kind === 'birthDate'
    case 'email':
      return kind === 'email' || kind === 'emailConfirm' || kind === 'username'
    case 'number':
      return !boxKinds.has(kind) && !/name|email|password|gender|honorific/i.test(kind)
    default:
      return kind !== 'terms' && kind !== 'newsletter'
  }
}

/** Whether an answer is taken from a list: some fields to type in only offer what was typed before. */
export function isList({ tag }: ControlDescription, kind: FieldKind): boolean {
  return tag === 'select' || listKinds.has(kind)
}

/** The best evidence for what one control asks for; position is judged later, over the whole form. */
export function recognise(control: ControlDescription): Recognised | undefined {
  const found = single(control)
  if (found === undefined) return undefined
  if (found.kind !== 'email' && found.kind !== 'password') return found
  // `new-password` and `email` name both fields; which one it is, its words say.
  const repeats = texts(control).some(({ text }) => confirmation.test(text))
  if (!repeats || found.evidence === 'explicit') return found
  return { ...found, kind: found.kind === 'email' ? 'emailConfirm' : 'passwordConfirm' }
}

function single(control: ControlDescription): Recognised | undefined {
  for (const key of control.explicit) {
    const kind = explicitKinds[key]
    if (kind !== undefined) return { kind, evidence: 'explicit', detail: key }
  }
  const token = control.autocomplete.split(/\s+/).at(-1) ?? ''
  if (token !== '' && token !== 'on' && token !== 'off') {
    for (const [kind, { autocomplete }] of entries())
      if (autocomplete?.includes(token) && holds(control, kind))
        return {
          // The address is what one logs in with, at many sites.
          kind: kind === 'username' && byWords(control)?.kind === 'email' ? 'email' : kind,
          evidence: 'autocomplete',
          detail: `autocomplete="${token}"`,
        }
  }
  if (address.test(plain(control.placeholder)) && holds(control, 'email'))
    return { kind: 'email', evidence: 'label', detail: `placeholder "${control.placeholder}"` }
  const typed = typeKinds[control.type]
  if (typed !== undefined) return { kind: typed, evidence: 'type', detail: `type="${control.type}"` }
  return byWords(control) ?? byGroup(control) ?? byWeakType(control)
}

/** "Day" says something within "Date of birth" alone. */
function byGroup(control: ControlDescription): Recognised | undefined {
  if (!vocabulary.birthDate.words.test(bareLabel(control.group))) return undefined
  const label = control.label || control.placeholder
  const [, kind] = dateParts.find(([words]) => words.test(bareLabel(label))) ?? []
  if (kind === undefined || !holds(control, kind)) return undefined
  return { kind, evidence: 'label', detail: `"${label}" of "${control.group}"` }
}

const dateParts: readonly (readonly [words: RegExp, part: FieldKind])[] = [
  [/^(day|dd?|tag|tt|jour|jj|dia|giorno|gg|dag|dzien|den|gun|день|дд|日|일)$/, 'birthDay'],
  [/^(month|mm?|monat|mois|mes|mese|maand|miesiac|manad|maned|mesic|ay|месяц|мм|月|월)$/, 'birthMonth'],
  [/^(year|yyyy|jahr|jjjj|annee|aaaa|ano|anno|jaar|rok|rrrr|ar|yil|год|гггг|年|년)$/, 'birthYear'],
]

/** `tel` and `url` also bring up a keyboard for codes and numbers, so words come first. */
function byWeakType(control: ControlDescription): Recognised | undefined {
  const kind = weakTypeKinds[control.type]
  return kind === undefined ? undefined : { kind, evidence: 'type', detail: `type="${control.type}"` }
}

/** An example of what goes there. */
const address = /^(e\.?g\.? ?|z\.?b\.? ?|ex(ample)?:? ?)?[\w.+-]+@[\w-]+(\.[\w-]+)+$/

function byWords(control: ControlDescription): Recognised | undefined {
  const names = [control.name, control.id].filter((name) => name !== '')
  for (const name of names)
    for (const [kind, { exact }] of entries())
      if (holds(control, kind) && squeezed(name).some((part) => exact.includes(part)))
        return { kind, evidence: 'exact', detail: `"${name}"` }
  for (const name of names) {
    const kind = kindOf(control, spaced(name))
    if (kind !== undefined) return { kind, evidence: 'pattern', detail: `"${name}"` }
  }
  for (const { text, from } of texts(control)) {
    if (from === 'name') continue
    const kind = kindOf(control, text)
    if (kind !== undefined) return { kind, evidence: 'label', detail: `${from} "${text}"` }
  }
  return names.some((name) => squeezed(name).some((part) => genericName.exact.includes(part))) &&
    holds(control, 'fullName')
    ? { kind: 'fullName', evidence: 'exact', detail: `"${names[0]}"` }
    : undefined
}

function kindOf(control: ControlDescription, text: string): FieldKind | undefined {
  if (text === '') return undefined
  for (const [kind, { words }] of entries())
    if (holds(control, kind) && words.test(text) && !(kind === 'password' && control.type !== 'password')) return kind
  return holds(control, 'fullName') && genericName.words.test(text) ? 'fullName' : undefined
}

function texts(control: ControlDescription): readonly { readonly from: string; readonly text: string }[] {
  const group = control.type === 'radio' ? [{ from: 'group', text: bareLabel(control.group) }] : []
  return [
    { from: 'name', text: spaced(control.name) },
    { from: 'name', text: spaced(control.id) },
    ...group,
    ...(control.type === 'radio' ? [] : [{ from: 'label', text: bareLabel(control.label) }]),
    { from: 'placeholder', text: bareLabel(control.placeholder) },
    { from: 'hint', text: control.type === 'password' || control.label !== '' ? '' : bareLabel(control.hint) },
  ].filter(({ text }) => text !== '')
}

type Entry = [
  kind: keyof typeof vocabulary,
  words: { autocomplete?: readonly string[]; exact: readonly string[]; words: RegExp },
]
const vocabularyEntries = Object.entries(vocabulary) as readonly Entry[]
function entries(): readonly Entry[] {
  return vocabularyEntries
}
