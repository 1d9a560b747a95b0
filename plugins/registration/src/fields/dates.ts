import type { Identity } from '../identity/identity.ts'
import type { ControlDescription } from './control.ts'
import { matches } from './pattern.ts'
import { plain } from './text.ts'

type Part = 'day' | 'month' | 'year'

/** What stands for each part of a date, in the languages of the vocabulary; `aa` is a month in Turkish alone. */
const letters: readonly (readonly [letters: RegExp, part: Part])[] = [
  [/^(yyyy|jjjj|aaaa|gggg|rrrr|гггг|yy|jj|aa|rr|гг|年|년)$/, 'year'],
  [/^(mm?|мм)$/, 'month'],
  [/^(dd?|tt?|jj?|gg?|дд)$/, 'day'],
]
const separators = '( ?[./-] ?| |)'
const word = '(yyyy|jjjj|aaaa|gggg|rrrr|гггг|yy|rr|гг|mm|мм|dd|tt|jj|gg|aa|дд|[mdtjg](?=[ ./-]))'
const shape = new RegExp(`(?<![a-z])${word}${separators}${word}\\2${word}(?![a-z])`)
/** An example, whose parts tell each other apart. */
const example = /(?<!\d)(\d{1,4})( ?[./-] ?)(\d{1,2})\2(\d{1,4})(?!\d)/

/** ISO in date controls; else in the order that the placeholder, hint or label shows, else what the pattern takes, else ISO. */
export function dateOf(
  { type, placeholder, hint, label, min, max, pattern }: ControlDescription,
  date: Identity['birthDate'],
): string {
  const iso = written(date, ['year', 'month', 'day'], '-')
  if (type === 'date') return min !== '' && iso < min ? min : max !== '' && iso > max ? max : iso
  if (type === 'month') return iso.slice(0, 7)
  const words = plain(`${placeholder} ${hint} ${label}`)
  const shown = byLetters(words, date) ?? byExample(words, date)
  if (shown !== undefined) return shown
  const common = [iso, ...usual.map(([parts, separator]) => written(date, parts, separator))]
  return pattern === '' ? iso : (common.find((text) => matches(pattern, text)) ?? iso)
}

const usual: readonly (readonly [parts: readonly Part[], separator: string])[] = [
  [['month', 'day', 'year'], '/'],
  [['day', 'month', 'year'], '/'],
  [['day', 'month', 'year'], '.'],
  [['day', 'month', 'year'], '-'],
  [['year', 'month', 'day'], '/'],
  [['year', 'month', 'day'], ''],
]

function byLetters(words: string, date: Identity['birthDate']): string | undefined {
  const found = shape.exec(words)
  if (found === null) return undefined
  const [, first = '', separator = '', second = '', third = ''] = found
  const all = [first, second, third]
  const isTurkish = second === 'aa'
  const parts = all.map((one, at) => (isTurkish && at === 1 ? 'month' : partOf(one, all)))
  if (new Set(parts).size !== 3) return undefined
  return written(date, parts, separator, { years: all[parts.indexOf('year')]?.length === 2 ? 2 : 4 })
}

/** `jj` is a year in German and Dutch, beside `tt` or `dd`, and a day in French. */
function partOf(one: string, all: readonly string[]): Part {
  if (one === 'jj' && !all.some((other) => /^(tt?|dd?)$/.test(other))) return 'day'
  return letters.find(([pattern]) => pattern.test(one))?.[1] ?? 'day'
}

function byExample(words: string, date: Identity['birthDate']): string | undefined {
  const found = example.exec(words)
  if (found === null) return undefined
  const [, first = '', separator = '', second = '', third = ''] = found
  const order = ((): readonly Part[] | undefined => {
    if (first.length === 4) return ['year', 'month', 'day']
    if (third.length !== 4) return undefined
    if (Number(first) > 12) return ['day', 'month', 'year']
    if (Number(second) > 12) return ['month', 'day', 'year']
    return separator.includes('/') ? ['month', 'day', 'year'] : ['day', 'month', 'year']
  })()
  return order === undefined ? undefined : written(date, order, separator)
}

function written(
  { year, month, day }: Identity['birthDate'],
  parts: readonly Part[],
  separator: string,
  { years = 4 }: { readonly years?: 2 | 4 } = {},
): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const texts = { year: String(year).slice(-years), month: two(month), day: two(day) }
  return parts.map((part) => texts[part]).join(separator)
}
