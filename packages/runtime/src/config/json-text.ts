/** Where something in a JSON text is wrong. Never repeats the text: it may hold passwords. */
export interface JsonTextError {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units. */
  readonly column: number
  readonly message: string
}

export interface JsonText {
  readonly value: unknown
  /** The line (from 1) of the key or element at a path, or of the nearest that is there above it. */
  lineOf(path: readonly PropertyKey[]): number
  /** Keys that stand twice in one object; the value has the last of them. */
  readonly repeated: readonly { readonly path: readonly string[]; readonly line: number; readonly first: number }[]
}

/** Reads JSON (RFC 8259; a byte order mark is skipped) and knows the line of everything in it. At most 64 levels deep. */
export function readJsonText(text: string): JsonText | { readonly error: JsonTextError } {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text
  const scanner = new Scanner(bare)
  try {
    const root = scanner.document()
    return {
      value: JSON.parse(bare),
      repeated: scanner.repeated,
      lineOf: (path) => {
        let node = root
        for (const key of path) {
          if (typeof node === 'number') break
          const below = node.below[node.keys === undefined ? Number(key) : node.keys.lastIndexOf(String(key))]
          if (below === undefined) break
          node = below
        }
        return typeof node === 'number' ? node : node.line
      },
    }
  } catch (error) {
    if (error instanceof Stop) return { error: { line: error.line, column: error.column, message: error.message } }
    throw error
  }
}

/** The line of a value; a list or an object has those of its entries as well. Kept small: there may be 100,000 of them. */
type Node = number | { readonly line: number; readonly keys: string[] | undefined; readonly below: Node[] }

class Stop extends Error {
  readonly line: number
  readonly column: number

  constructor(line: number, column: number, message: string) {
    super(message)
    this.line = line
    this.column = column
  }
}

const MAX_DEPTH = 64
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

class Scanner {
  readonly repeated: { path: readonly string[]; line: number; first: number }[] = []
  readonly #text: string
  readonly #path: string[] = []
  #at = 0
  #line = 1
  #lineStart = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Node {
    this.#space()
    const root = this.#value(this.#line)
    this.#space()
    if (this.#at < this.#text.length) this.#stop('something follows the end of the JSON')
    return root
  }

  /** `line`: where its key stands. */
  #value(line: number): Node {
    const char = this.#text[this.#at]
    if (char === '{') return this.#members(line, '}')
    if (char === '[') return this.#members(line, ']')
    if (char === '"') this.#string()
    else if (this.#match(SCALAR) === undefined) this.#stop(this.#instead('a value'))
    return line
  }

  #members(line: number, end: '}' | ']'): Node {
    if (this.#path.length >= MAX_DEPTH) this.#stop(`this is nested deeper than ${MAX_DEPTH} levels`)
    const keys: string[] | undefined = end === '}' ? [] : undefined
    const below: Node[] = []
    this.#at += 1
    this.#space()
    if (this.#take(end)) return { line, keys, below }
    for (;;) {
      const at = this.#line
      const key = keys === undefined ? String(below.length) : this.#key()
      this.#path.push(key)
      keys?.push(key)
      below.push(this.#value(at))
      this.#path.pop()
      this.#space()
      if (this.#take(end)) break
      if (!this.#take(',')) this.#stop(this.#instead(`"," or "${end}"`))
      this.#space()
      if (this.#text[this.#at] === end) this.#stop('JSON has no comma after the last entry')
    }
    if (keys !== undefined && new Set(keys).size < keys.length) this.#repeats(keys, below)
    return { line, keys, below }
  }

  #repeats(keys: readonly string[], below: readonly Node[]): void {
    const first = new Map<string, number>()
    for (const [index, key] of keys.entries()) {
      const node = below[index] ?? 0
      const line = typeof node === 'number' ? node : node.line
      const before = first.get(key)
      if (before === undefined) first.set(key, line)
      else this.repeated.push({ path: [...this.#path, key], line, first: before })
    }
  }

  #key(): string {
    if (this.#text[this.#at] !== '"') this.#stop(this.#instead('a key in double quotes'))
    const key = JSON.parse(this.#string()) as string
    this.#space()
    if (!this.#take(':')) this.#stop(this.#instead('":" after the key'))
    this.#space()
    return key
  }

  #string(): string {
    const start = this.#at
    for (this.#at += 1; ; ) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 0x5c) {
        if (this.#match(ESCAPE) === undefined) this.#stop('JSON has no such escape')
        continue
      }
      // Not a number at the end of the text.
      if (!(code >= 0x20)) this.#stop('this text does not end in its line')
      this.#at += 1
      if (code === 0x22) return this.#text.slice(start, this.#at)
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #space(): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 10) {
        this.#line += 1
        this.#lineStart = this.#at + 1
      } else if (code !== 32 && code !== 9 && code !== 13) return
    }
  }

  #instead(expected: string): string {
    if (this.#at >= this.#text.length) return `the file ends where ${expected} is expected`
    if (/^\/[/*]|^#/.test(this.#text.slice(this.#at, this.#at + 2))) return 'JSON has no comments'
    return `expected ${expected}`
  }

  #stop(message: string): never {
    throw new Stop(this.#line, this.#at - this.#lineStart + 1, message)
  }
}
