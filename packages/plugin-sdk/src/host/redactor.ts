import type { JsonValue } from '../json.ts'

/** Shorter values would hide ordinary words. */
const MIN_LENGTH = 4

/** Takes secrets out of whatever a plugin says. */
export class Redactor {
  readonly #secrets = new Map<string, string>()
  #pattern: RegExp | undefined

  /**
   * `name` is shown instead, of each line of the value too: what is printed is told line by line. Texts of fewer than 4
   * characters are not hidden: they are in ordinary words.
   */
  add(name: string, value: string): void {
    const added = [value, ...value.split(/\r?\n/)].filter(
      (text) => text.length >= MIN_LENGTH && !this.#secrets.has(text),
    )
    if (added.length === 0) return
    for (const text of added) this.#secrets.set(text, `[secret ${name}]`)
    // Longest first: one secret may begin with another.
    const texts = [...this.#secrets.keys()].sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp(texts.map((text) => RegExp.escape(text)).join('|'), 'g')
  }

  text(text: string): string {
    if (this.#pattern === undefined) return text
    return text.replace(this.#pattern, (found) => this.#secrets.get(found) ?? found)
  }

  /** In every string of it, keys included, and in place of a number that is one. */
  json<Value extends JsonValue | undefined>(value: Value): Value {
    return this.#pattern === undefined ? value : (this.#deep(value) as Value)
  }

  #deep(value: JsonValue | undefined): JsonValue | undefined {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return this.#secrets.get(String(value)) ?? value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.#deep(item) ?? null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#deep(item)]))
  }
}
