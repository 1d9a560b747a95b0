import type { Identity } from '../identity/identity.ts'
import type { ControlDescription, ControlOption } from './control.ts'
import { plain } from './text.ts'
import type { FieldKind } from './vocabulary.ts'

const placeholder =
  /^(-+|\.+|…|)$|^(-+ ?)?(please |bitte )?(select|choose|pick|wahlen|auswahlen|choisir|selectionne|selecciona|seleziona|scegli|selecione|kies|wybierz|valj|velg|vaelg|выбер|選択|请选择|선택)|^(country|state|day|month|year|title|gender)\b.{0,3}$/
const neutral =
  /prefer not|rather not|not say|unspecified|other|divers|keine angabe|none|autre|otro|altro|outro|anders|inne|другое|その他|其他|기타/
const affirmative = /^(yes|y|i agree|agree|accept|ja|oui|si|sim|tak|da|да|はい|是|예)\b/

/** Whether a list of an app's own shows an answer, and no invitation to choose one. */
export function isChosen({ value, label, placeholder: hint }: ControlDescription): boolean {
  const text = plain(value)
  return !placeholder.test(text) && text !== plain(label) && text !== plain(hint)
}

/** What is taken from a list that a page keeps to itself until it is opened, or typed in. */
export interface ListAnswer {
  /** Typed where the list does not show it before; undefined where nothing could be. */
  readonly typed: string | undefined
  /** What fits the identity. */
  fitting(options: readonly ControlOption[]): ControlOption | undefined
  /** The same, else any other answer. */
  of(options: readonly ControlOption[]): ControlOption | undefined
}

export function listAnswer(kind: FieldKind, identity: Identity | undefined, typed: string | undefined): ListAnswer {
  return {
    typed,
    fitting: (options) => (identity === undefined ? undefined : fitting(options, kind, identity)),
    of: (options) => pickOption(options, kind, identity),
  }
}

/** The option that fits the identity, else a neutral one, else the first real one. */
export function pickOption(
  options: readonly ControlOption[],
  kind: FieldKind,
  identity: Identity | undefined,
): ControlOption | undefined {
  const real = options.filter(
    ({ disabled, value, text }) => !disabled && value !== '' && !placeholder.test(plain(text)),
  )
  if (kind === 'terms') return real.find(({ text }) => affirmative.test(plain(text))) ?? real[0]
  const fits = identity === undefined ? undefined : fitting(real, kind, identity)
  return fits ?? real.find(({ text }) => neutral.test(plain(text))) ?? real[0]
}

function fitting(options: readonly ControlOption[], kind: FieldKind, identity: Identity): ControlOption | undefined {
  const wanted = wantedOptions(kind, identity).map(plain)
  const exact = wanted.map((text) =>
    options.find((option) => plain(option.value) === text || plain(option.text) === text),
  )
  return (
    exact.find((option) => option !== undefined) ??
    options.find(({ text }) => wanted.some((part) => part.length > 3 && plain(text).startsWith(part)))
  )
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

function wantedOptions(kind: FieldKind, { birthDate, country, region, city }: Identity): readonly string[] {
  const { day, month, year } = birthDate
  switch (kind) {
    case 'country':
      return [country.code, country.name, 'USA', 'United States of America']
    case 'region':
      return [region.code, region.name, `US-${region.code}`]
    case 'city':
      return [city]
    case 'birthDay':
      return [String(day), String(day).padStart(2, '0')]
    case 'birthMonth':
      return [
        months[month - 1] ?? '',
        (months[month - 1] ?? '').slice(0, 3),
        String(month),
        String(month).padStart(2, '0'),
      ]
    case 'birthYear':
      return [String(year)]
    default:
      return []
  }
}
