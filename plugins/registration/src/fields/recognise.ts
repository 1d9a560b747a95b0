import type { ControlDescription } from './control.ts'
import { evidenceOrder, type Recognised, recognise } from './evidence.ts'
import type { FieldKind } from './vocabulary.ts'

export interface RecognisedControl extends Recognised {
  readonly control: ControlDescription
}

/** What the fillable controls of one form mean, in the order of the page; those not understood are left out. */
export function recogniseAll(controls: readonly ControlDescription[]): readonly RecognisedControl[] {
  const found = controls.flatMap((control) => {
    const recognised = recognise(control)
    return recognised === undefined ? [] : [{ ...recognised, control }]
  })
  const distinct = resolveNames(resolveDoubles(resolveRepeats(found)))
  return [...distinct, ...byPosition(controls, distinct)].sort((a, b) => a.control.index - b.control.index)
}

const confirmations: Readonly<Partial<Record<FieldKind, FieldKind>>> = {
  email: 'emailConfirm',
  password: 'passwordConfirm',
}
/** Kinds that several controls of a form may share. */
const shared: ReadonlySet<FieldKind> = new Set(['terms', 'newsletter', 'gender', 'honorific', 'choice', 'captcha'])

/** Where nothing is there to repeat, the first field that seems to repeat it is the thing itself: `password2` and `retype`. */
function resolveRepeats(found: readonly RecognisedControl[]): readonly RecognisedControl[] {
  return Object.entries(confirmations).reduce((items, [kind, repeat]) => {
    if (items.some((item) => item.kind === kind)) return items
    const first = items.find((item) => item.kind === repeat)
    return items.map((item) => (item === first ? { ...item, kind: kind as FieldKind } : item))
  }, found)
}

/** One control for each kind: the strongest evidence, then the first; a second password or e-mail repeats the first. */
function resolveDoubles(found: readonly RecognisedControl[]): readonly RecognisedControl[] {
  const kept: RecognisedControl[] = []
  const byStrength = [...found].sort((a, b) => rank(a) - rank(b) || a.control.index - b.control.index)
  const taken = new Set<FieldKind>()
  for (const item of byStrength) {
    if (shared.has(item.kind) || !taken.has(item.kind)) {
      taken.add(item.kind)
      kept.push(item)
      continue
    }
    const repeat = confirmations[item.kind]
    if (repeat === undefined || taken.has(repeat)) continue
    taken.add(repeat)
    kept.push({ ...item, kind: repeat, evidence: 'position', detail: `second ${item.kind} field` })
  }
  return kept
}

/** "Name" beside "Vorname" is the family name; beside "Nachname" the given one. */
function resolveNames(found: readonly RecognisedControl[]): readonly RecognisedControl[] {
  const has = (kind: FieldKind) => found.some((item) => item.kind === kind)
  const missing =
    has('firstName') && !has('lastName') ? 'lastName' : has('lastName') && !has('firstName') ? 'firstName' : undefined
  if (missing === undefined) return found
  return found.map((item) =>
    item.kind === 'fullName' && item.evidence !== 'autocomplete' && item.evidence !== 'explicit'
      ? { ...item, kind: missing }
      : item,
  )
}

/** Text fields that say nothing at all, before the e-mail: a name each, as sign-up forms have it. */
function byPosition(
  controls: readonly ControlDescription[],
  found: readonly RecognisedControl[],
): readonly RecognisedControl[] {
  const known = new Set(found.map(({ control }) => control.index))
  const silent = controls.filter(
    (control) => !known.has(control.index) && (control.type === 'text' || control.type === '') && isSilent(control),
  )
  const has = (kind: FieldKind) => found.some((item) => item.kind === kind)
  const firstPassword = found.find(({ kind }) => kind === 'password')
  const kinds: FieldKind[] = []
  const emailAt = found.find(({ kind }) => kind === 'email')?.control.index
  const before = silent.filter(
    ({ index }) => index < (emailAt ?? firstPassword?.control.index ?? Number.POSITIVE_INFINITY),
  )
  const names = !has('firstName') && !has('fullName') && !has('lastName')
  if (emailAt === undefined && firstPassword !== undefined) {
    // Without any e-mail the field just before the password is the one to sign in with.
    if (names && before.length === 3) kinds.push('firstName', 'lastName')
    if (names && before.length === 2) kinds.push('fullName')
    kinds.push('email')
  } else if (names) {
    if (before.length === 1) kinds.push('firstName')
    if (before.length === 2) kinds.push('firstName', 'lastName')
  }
  if (kinds.length !== before.length) return []
  return before.map((control, at) => {
    const kind = kinds[at] ?? 'email'
    return {
      control,
      kind,
      evidence: 'position',
      detail: `text field ${at + 1} before the ${emailAt === undefined ? 'password' : 'e-mail'}`,
    }
  })
}

function isSilent(control: ControlDescription): boolean {
  return control.label === '' && control.placeholder === '' && control.name === '' && control.hint === ''
}

function rank(item: RecognisedControl): number {
  return evidenceOrder.indexOf(item.evidence)
}
