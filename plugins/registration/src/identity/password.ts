import type { ControlDescription } from '../fields/control.ts'
import { plain } from '../fields/text.ts'

/** What a site says about passwords, as far as it leaves a choice. */
export interface PasswordRules {
  /** Characters. */
  readonly min: number
  readonly max: number
  /** Special characters that may be used; empty where the site wants none. */
  readonly special: string
}

/** Long enough for every common rule, short enough for old ones. */
const usual = { min: 12, max: 20, special: '-_!#' }

const characters = '(?:characters|chars|letters|zeichen|caracteres|caratteri|tekens|tecken|tegn|znakow|символ)'
const range = new RegExp(`(\\d+)\\s*(?:-|–|to|and|bis|und|a|et|y|e)\\s*(\\d+)\\s*${characters}`)
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
  return { min: Math.min(Math.max(stated, usual.min), max), max, special: specials(rules, words, pattern) }
}

function specials(rules: string, words: string, pattern: string): string {
  if (noSpecial.test(words) || /^\^?\[(?:a-z|A-Z|0-9|\\d|\\w)+\]/.test(pattern)) return ''
  const listed = /(?:required|allowed):\s*\[([^\]]+)\]/.exec(rules)?.[1] ?? ''
  const usable = [...listed].filter((char) => !/[\s"'`\\]/.test(char)).slice(0, 4)
  return usable.length === 0 ? usual.special : usable.join('')
}

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
