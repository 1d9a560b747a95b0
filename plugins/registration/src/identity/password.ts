import type { ControlDescription } from '../fields/control.ts'
import { matches } from '../fields/pattern.ts'
import { plain } from '../fields/text.ts'

/** What a site says about passwords, as far as it leaves a choice. */
export interface PasswordRules {
  /** Characters. */
  readonly min: number
  readonly max: number
  /** Special characters that may be used; empty where the site wants none. */
  readonly special: string
}

/** Long enough for every common rule, short enough for old ones; of the special characters the one that most rules list. */
const usual = { min: 12, max: 20, special: '!' }
/** Those that a pattern may ask for. */
const askable = '!-_#@$%&*?.+=^~'

const characters = '(?:characters|chars|letters|zeichen|caracteres|caratteri|tekens|tecken|tegn|znakow|символ)'
const range = new RegExp(
  `(\\d+)\\s*(?:-|–|~|〜|to|and|bis|und|a|à|et|y|e|o|do|till?|tot|en|до|から)\\s*(\\d+)\\s*${characters}`,
)
const atLeast =
  /(?:at least|minimum(?: of)?|min\.?|mindestens|wenigstens|au moins|al menos|minimo(?: de)?|almeno|pelo menos|minimaal|minst|co najmniej|не менее|минимум)\D{0,12}(\d+)/
const orMore = new RegExp(`(\\d+)\\s*(?:or more|\\+)?\\s*${characters}|(\\d+)\\s*(?:文字以上|个字符|자 이상)`)
const atMost =
  /(?:at most|maximum(?: of)?|max\.?|no more than|hochstens|maximal|au plus|maximo(?: de)?|massimo|hoogstens)\D{0,12}(\d+)/
const noSpecial =
  /only letters and (?:numbers|digits)|alphanumeric|(?:no|without|keine|ohne|sans|sin) (?:special|symbol|punctuation|sonderzeichen|caracteres)/

/**
 * The rules that a password field states: `passwordrules`, `minlength`, `maxlength`, `pattern`, and its hint in words.
 * Letters of both cases and digits are used always, so rules that ask for them need no reading.
 */
export function passwordRules(
  control: Pick<
    ControlDescription,
    'passwordRules' | 'minLength' | 'maxLength' | 'hint' | 'label' | 'placeholder' | 'pattern'
  >,
): PasswordRules {
  const { passwordRules: rules, pattern } = control
  const words = plain([control.label, control.hint, control.placeholder].join(' '))
  const between = range.exec(words)
  const counted = /\{(\d+),(\d*)\}\)?\$?$/.exec(pattern)
  const lower = between === null ? [atLeast.exec(words)?.[1], orMore.exec(words)?.[1]] : [between[1]]
  const stated = largest([String(control.minLength), /minlength:\s*(\d+)/i.exec(rules)?.[1], counted?.[1], ...lower])
  const limits = [/maxlength:\s*(\d+)/i.exec(rules)?.[1], counted?.[2], between?.[2], atMost.exec(words)?.[1]]
  const max = smallest([String(control.maxLength), ...limits]) ?? Math.max(usual.max, stated)
  const min = Math.min(Math.max(stated, usual.min), max)
  return { min, max, special: byPattern(pattern, min) ?? specials(rules, words) }
}

/** What a pattern takes, tried out: the special characters, or none; undefined where it takes neither, or there is none. */
function byPattern(pattern: string, length: number): string | undefined {
  if (pattern === '') return undefined
  const takes = (special: string) => matches(pattern, `Ax7${special}${'kPm4wRt9'.repeat(length)}`.slice(0, length))
  const taken = [...askable].filter(takes)
  if (taken.includes(usual.special)) return usual.special
  return taken.length > 0 ? taken.join('') : takes('') ? '' : undefined
}

function specials(rules: string, words: string): string {
  if (noSpecial.test(words)) return ''
  const listed = /(?:required|allowed):\s*\[([^\]]+)\]/.exec(rules)?.[1] ?? listedIn.exec(words)?.[1] ?? ''
  const usable = [...listed].filter((char) => !/[\s\w"'`\\,]/.test(char))
  if (usable.length === 0 || usable.includes(usual.special)) return usual.special
  return usable.slice(0, 4).join('')
}

/** "one special character (@$%&)", "a symbol such as @ $ %". */
const listedIn =
  /(?:special|symbol|sonderzeichen|speciaux|especial|speciali|especiais|leestekens|specialn|specialtecken|спецсимвол|記号|特殊)[^()[\]:]{0,30}[([:]([^()[\]a-z]{2,40})/

function largest(texts: readonly (string | undefined)[]): number {
  return Math.max(0, ...positive(texts))
}

function smallest(texts: readonly (string | undefined)[]): number | undefined {
  const numbers = positive(texts)
  return numbers.length === 0 ? undefined : Math.min(...numbers)
}

function positive(texts: readonly (string | undefined)[]): readonly number[] {
  return texts.map(Number).filter((number) => number > 0)
}

const upperCase = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const lowerCase = 'abcdefghijkmnopqrstuvwxyz'
const digits = '23456789'

/**
 * A password that keeps to the rules, without repeated neighbours or runs such as `abc`.
 * @param randomInt a whole number from 0 to below `below`, from a source that nobody can foresee
 */
export function makePassword(rules: PasswordRules, randomInt: (below: number) => number): string {
  const length = Math.max(rules.min, Math.min(16, rules.max))
  const sets = [upperCase, lowerCase, digits, ...(rules.special === '' ? [] : [rules.special])]
  const out: string[] = []
  while (out.length < length) {
    // Every kind once, a letter first, then letters and digits: many sites allow only one special character.
    const set = sets[out.length] ?? `${upperCase}${lowerCase}${digits}`
    // Stepping on, not drawing again, so that this ends whatever is drawn.
    const start = randomInt(set.length)
    const candidates = [...set.slice(start), ...set.slice(0, start)]
    const before = out.at(-1)?.charCodeAt(0) ?? 0
    out.push(candidates.find((char) => Math.abs(char.charCodeAt(0) - before) > 1) ?? candidates[0] ?? 'x')
  }
  return out.join('')
}
