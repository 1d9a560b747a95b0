import type { Identity } from '../identity/identity.ts'
import type { ControlDescription, ControlOption } from './control.ts'
import { plain } from './text.ts'
import type { FieldKind } from './vocabulary.ts'

const placeholder = new RegExp(
  [
    '^(-+|\\.+|…|)$',
    '^(-+ ?)?((please|bitte|veuillez|lutfen|prosze|por favor|per favore) )*(select|choose|pick|make a (choice|selection)|wahlen|auswahlen|choisi|selectionne|selecciona|elig|elij|escoge|seleziona|scegli|selecione|escolh|kies|selecteer|maak een keuze|wybierz|valj|velg|vaelg|vyber|zvolte|sec(in|iniz)?( |$|[.…])|выбер|не выбран|選択|お選び|请选择|請選擇|선택)',
    '^(country|state|day|month|year|title|gender|land|tag|monat|jahr|anrede|pays|jour|mois|annee|pais|dia|mes|ano)\\b.{0,3}$',
  ].join('|'),
)
const neutral =
  /prefer not|rather not|not say|unspecified|\bother\b|\bdivers|keine angabe|\bnone\b|\bautre\b|\botr[oa]\b|\baltr[oa]\b|\boutr[oa]\b|\banders\b|\binn[ey]\b|другое|その他|其他|기타/
const affirmative = /^(yes|y|i agree|agree|accept|ja|oui|si|sim|tak|da|да|はい|是|예)\b/
const negative = /^(no|nein|non|nao|nee|nie|nej|nei|ne|hayir|нет|いいえ|否|不|아니)(\b|[^a-z])/

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
  if (kind === 'newsletter') return real.find(({ text }) => negative.test(plain(text))) ?? real[0]
  if (kind === 'terms') return real.find(({ text }) => affirmative.test(plain(text))) ?? real[0]
  const fits = identity === undefined ? undefined : fitting(real, kind, identity)
  return fits ?? real.find(({ text }) => neutral.test(plain(text))) ?? real[0]
}

function fitting(options: readonly ControlOption[], kind: FieldKind, identity: Identity): ControlOption | undefined {
  if (kind === 'age') return options.find(({ text }) => spans(text, age))
  const wanted = wantedOptions(kind, identity).map(plain)
  const exact = wanted.map((text) =>
    options.find((option) => plain(option.value) === text || plain(option.text) === text),
  )
  return (
    exact.find((option) => option !== undefined) ??
    options.find(({ text }) => wanted.some((part) => part.length > 3 && plain(text).startsWith(part)))
  )
}

/** That of an adult, whatever a site wants. */
const age = 35

/** Whether "30-39", "35" or "18+" means an age; "65+" and "under 18" do not mean 35. */
function spans(text: string, years: number): boolean {
  const [low, high] = [...text.matchAll(/\d+/g)].map(Number)
  if (low === undefined) return false
  if (high !== undefined) return low <= years && years <= high
  const [from, to] = [
    /\+|over|older|or more|uber|mehr|plus|mas|oltre|powyzej/,
    /under|below|younger|less|unter|bis|moins|menos|meno/,
  ]
  return from.test(plain(text)) ? low <= years : to.test(plain(text)) ? years <= low : low === years
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
