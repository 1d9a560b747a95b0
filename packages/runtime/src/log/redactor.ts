import type { JsonValue } from '@refbot/plugin-sdk'
import { MIN_SECRET, secretForms } from './secret-forms.ts'

export const REDACTED = '[redacted]'

/** What is secret by its looks, whether it is known or not: what follows the first group. */
const PATTERNS: readonly RegExp[] = [
  // The login in a URL.
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'\\]+(?=@)/gi,
  // An Authorization header.
  /(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  // A token of RefBot's own.
  /()\brb_[A-Za-z0-9_-]{20,}/g,
]

interface Forms {
  readonly texts: Set<string>
  /** Of the texts, the longest first: tens of thousands may begin alike. */
  readonly lengths: number[]
}

/**
 * Takes secrets out of texts. It knows their values, so it finds them wherever they come up, and it takes as long for
 * ten thousand of them as for one.
 */
export class Redactor {
  /** All forms of all secrets, by their first characters. */
  readonly #forms = new Map<string, Forms>()
  readonly #known = new Set<string>()

  /** From now on this does not come through. What is shorter than 4 characters cannot be told from words. */
  add(secret: string): void {
    if (secret.length < MIN_SECRET || this.#known.has(secret)) return
    this.#known.add(secret)
    for (const form of secretForms(secret)) {
      const start = form.slice(0, MIN_SECRET)
      const { texts, lengths } = this.#forms.get(start) ?? { texts: new Set(), lengths: [] }
      if (texts.size === 0) this.#forms.set(start, { texts, lengths })
      texts.add(form)
      if (lengths.includes(form.length)) continue
      lengths.push(form.length)
      lengths.sort((a, b) => b - a)
    }
  }

  text(text: string): string {
    let out = this.#replaceKnown(text)
    for (const pattern of PATTERNS) out = out.replace(pattern, `$1${REDACTED}`)
    return out
  }

  /** The same of every text in a value, keys and numbers included. */
  value<Value extends JsonValue>(value: Value): Value
  value(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') {
      const text = String(value)
      const out = this.text(text)
      return out === text ? value : out
    }
    if (Array.isArray(value)) return value.map((each) => this.value(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[this.text(key), this.value(each)]])),
    )
  }

  #replaceKnown(text: string): string {
    if (this.#forms.size === 0) return text
    let out = ''
    let copied = 0
    for (let at = 0; at + MIN_SECRET <= text.length; ) {
      const start = text.slice(at, at + MIN_SECRET)
      const forms = this.#forms.get(start)
      const length = forms?.lengths.find((each) => forms.texts.has(text.slice(at, at + each)))
      if (length === undefined) {
        at += 1
        continue
      }
      out += text.slice(copied, at) + REDACTED
      at += length
      copied = at
    }
    return copied === 0 ? text : out + text.slice(copied)
  }
}
