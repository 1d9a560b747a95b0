import type { JsonValue } from '../json.ts'

/** Shorter values would hide ordinary words. */
const MIN_LENGTH = 4

/** Takes secrets out of whatever a plugin says. */
export class Redactor {
  readonly #secrets = new Map<string, string>()
  #pattern: RegExp | undefined

  /** `name` is shown instead. Values of fewer than 4 characters are not hidden: they are in ordinary words. */
  add(name: string, value: string): void {
    if (value.length < MIN_LENGTH || this.#secrets.has(value)) return
    this.#secrets.set(value, `[secret ${name}]`)
    // Longest first: one secret may begin with another.
    const texts = [...this.#secrets.keys()].sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp(texts.map((text) => RegExp.escape(text)).join('|'), 'g')
  }

  text(text: string): string {
    if (this.#pattern === undefined) return text
    return text.replace(this.#pattern, (found) => this.#secrets.get(found) ?? found)
  }

  /** In every string of it, keys included. */
  json<Value extends JsonValue | undefined>(value: Value): Value {
    return this.#pattern === undefined ? value : (this.#deep(value) as Value)
  }

  #deep(value: JsonValue | undefined): JsonValue | undefined {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.#deep(item) ?? null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#deep(item)]))
  }
}
