import type { ControlDescription } from '../fields/control.ts'
import { plain } from '../fields/text.ts'

/** What a site says about passwords. */
export interface PasswordRules {
  /** Characters. */
  readonly min: number
  readonly max: number
  /** Special characters that may be used; empty where the site wants none. */
  readonly special: string
}

/** Long enough for every common rule, short enough for old ones. */
const usual = { min: 12, max: 20, special: '-_!#' }

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
  const words = plain([control.label, control.hint, control.placeholder].join(' '))
  const lower = [
    control.minLength,
    number(/minlength:\s*(\d+)/i, control.passwordRules),
    number(
      /(?:at least|minimum(?: of)?|min\.?|mindestens|wenigstens|au moins|al menos|minimo(?: de)?|almeno|pelo menos|minimaal|minst|co najmniej|не менее|минимум)\D{0,12}(\d+)/,
      words,
    ),
    number(
      /(\d+)\s*(?:or more|\+)?\s*(?:characters|chars|zeichen|caracteres|caracteres|caratteri|tekens|tecken|znakow|символ)/,
      words,
    ),
    number(/(\d+)\s*(?:文字以上|个字符|자 이상)/, words),
    number(/\{(\d+),\d*\}\$?$/, control.pattern),
  ]
  const upper = [
    control.maxLength > 0 ? control.maxLength : undefined,
    number(/maxlength:\s*(\d+)/i, control.passwordRules),
    number(
      /(?:at most|maximum(?: of)?|max\.?|no more than|hochstens|maximal|au plus|maximo(?: de)?|massimo|hoogstens)\D{0,12}(\d+)/,
      words,
    ),
    number(
      /\d+\s*(?:-|–|to|and|bis|und|a|et|y|e)\s*(\d+)\s*(?:characters|chars|zeichen|caracteres|caratteri|tekens)/,
      words,
    ),
    number(/\{\d+,(\d+)\}\$?$/, control.pattern),
  ].filter((value) => value !== undefined)
  const range = number(
    /(\d+)\s*(?:-|–|to|and|bis|und|a|et|y|e)\s*\d+\s*(?:characters|chars|zeichen|caracteres|caratteri|tekens)/,
    words,
  )
  const stated = range ?? Math.max(0, ...lower.filter((value) => value !== undefined))
  const most = Math.min(...upper, Math.max(usual.max, stated))
  const min = Math.min(Math.max(stated, usual.min), most)
  return { min, max: most, special: specials(control.passwordRules, words, control.pattern) }
}

function specials(rules: string, words: string, pattern: string): string {
  if (
    /(no|without|not contain|only letters and (numbers|digits)|alphanumeric|keine|ohne|sans|sin) ?(special|symbol|punctuation|sonderzeichen|caracteres? speciaux|caracteres especiales)?/.test(
      words,
    ) &&
    /only letters and (numbers|digits)|alphanumeric|(no|without|keine|ohne|sans|sin) (special|symbol|punctuation|sonderzeichen|caracteres)/.test(
      words,
    )
  )
    return ''
  if (/^\^?\[(?:a-z|A-Z|0-9|\\d|\\w)+\]/.test(pattern)) return ''
  const allowed = /(?:required|allowed):\s*\[([^\]]+)\]/.exec(rules)?.[1]
  return allowed === undefined
    ? usual.special
    : [...allowed]
        .filter((char) => !/[\s"'`\\]/.test(char))
        .slice(0, 4)
        .join('') || usual.special
}

function number(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const upperCase = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const lowerCase = 'abcdefghijkmnopqrstuvwxyz'
const digits = '23456789'

/**
 * A password that keeps to the rules, without repeated neighbours or runs such as `abc`.
 * @param randomInt a whole number from 0 to below `below`, from a source that nobody can foresee
 */
export function makePassword(rules: PasswordRules, randomInt: (below: number) => number): string {
  const pick = (from: string) => from[randomInt(from.length)] ?? 'x'
  const length = Math.max(rules.min, Math.min(16, rules.max))
  const sets = [upperCase, lowerCase, digits, ...(rules.special === '' ? [] : [rules.special])]
  const out: string[] = []
  while (out.length < length) {
    // Every kind once, a letter first, then letters and digits: many sites allow only one special character.
    const set = sets[out.length] ?? `${upperCase}${lowerCase}${digits}`
    const next = pick(set)
    const before = out.at(-1)?.charCodeAt(0) ?? 0
    if (Math.abs(next.charCodeAt(0) - before) > 1 || set.length < 3) out.push(next)
  }
  return out.join('')
}
