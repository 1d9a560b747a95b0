import { canonicalHost, type EgressProxy, isSameProxy } from '../proxy.ts'
import { delimiterOf, readRows } from './csv.ts'
import { jsonElements } from './json.ts'
import { parseLine, readPort, withoutComment } from './line.ts'
import { fieldOf, type RecordField, readRecord } from './record.ts'
import {
  type ListFormat,
  type ParseError,
  type ParseOptions,
  type ParseResult,
  type Problem,
  problem,
} from './result.ts'

/** The columns of a table without a heading. */
const PLAIN_COLUMNS: readonly RecordField[] = ['host', 'port', 'username', 'password', 'protocol']

/**
 * Reads a list of proxies. What can't be read is reported by line and reason, the rest is kept.
 * - lines: `host:port`, `host:port:user:pass`, `user:pass@host:port` or a URL (http, https, socks5); IPv6 in brackets; comments begin with
 *   `#`, `;` or `//`.
 * - CSV (comma, semicolon or tab): with a heading (`host`, `port`, `protocol`, `username`, `password`, `label`, `region`, `tags`, `url`), or
 *   `host,port,user,password,protocol` without one.
 * - JSON: a list of such texts or objects, bare, under `proxies`, or one a line.
 */
export function parseProxies(text: string, options: ParseOptions = {}): ParseResult {
  const list = text.startsWith('\uFEFF') ? text.slice(1) : text
  const format = options.format ?? detectFormat(list)
  const collected = new Collector(options.existing)
  if (format === 'json') readJson(list, options, collected)
  else if (format === 'csv') readCsv(list, options, collected)
  else readLines(list, options, collected)
  return { proxies: collected.proxies, errors: collected.errors }
}

class Collector {
  readonly proxies: EgressProxy[] = []
  readonly errors: ParseError[] = []
  readonly #byId = new Map<string, { readonly line: number; readonly proxy: EgressProxy }>()
  readonly #existing: ParseOptions['existing']

  constructor(existing: ParseOptions['existing']) {
    this.#existing = existing
  }

  /** Whether the entry is one that could be read, new or not. */
  add(line: number, entry: EgressProxy | Problem): boolean {
    if ('code' in entry) {
      this.errors.push({ line, ...entry })
      return false
    }
    const first = this.#byId.get(entry.id)
    const before = this.#existing?.(entry.id)
    if (before !== undefined && !isSameProxy(before, entry)) this.errors.push({ line, ...problem('id') })
    else if (first === undefined) {
      this.#byId.set(entry.id, { line, proxy: entry })
      this.proxies.push(entry)
    } else if (isSameProxy(first.proxy, entry))
      this.errors.push({ line, ...problem('duplicate', `The same proxy stands in line ${first.line}.`) })
    else this.errors.push({ line, ...problem('id', `Another proxy has the same id in line ${first.line}.`) })
    return true
  }
}

function detectFormat(text: string): ListFormat {
  // `[` may also begin an IPv6 address: `[::1]:80`.
  if (/^\s*(\{|\[\s*([{"\]]|$))/.test(text)) return 'json'
  const first = text.split(/\r\n|\n|\r/).find((line) => withoutComment(line) !== '')
  if (first === undefined) return 'lines'
  const delimiter = delimiterOf(first)
  if (delimiter === undefined) return isHeading([first]) ? 'csv' : 'lines'
  const cells = first.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  // A host in front, or it is a line whose password holds the delimiter: `1.2.3.4:80:user:pa,55`.
  const isRow = canonicalHost(cells[0] ?? '') !== undefined && readPort(cells[1] ?? '') !== undefined
  return isHeading(cells) || isRow ? 'csv' : 'lines'
}

function isHeading(cells: readonly string[]): boolean {
  const fields = cells.map((cell) => fieldOf(cell.replaceAll('"', '').trim()))
  return fields.includes('url') || (fields.includes('host') && fields.includes('port'))
}

function readLines(text: string, options: ParseOptions, collected: Collector): void {
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const entry = withoutComment(raw)
    if (entry !== '') collected.add(index + 1, parseLine(entry, options))
  }
}

function readCsv(text: string, options: ParseOptions, collected: Collector): void {
  const first = text.split(/\r\n|\n|\r/).find((line) => withoutComment(line) !== '') ?? ''
  let columns: readonly (RecordField | undefined)[] | undefined
  readRows(text, delimiterOf(first) ?? ',', ({ line, cells, broken }) => {
    const isBlank = cells.every((cell) => cell.trim() === '')
    if (isBlank || withoutComment(cells[0]?.trim() || 'x') === '') return false
    if (broken) return collected.add(line, problem('malformed', 'A quote is not closed, or closed within a cell.'))
    if (columns === undefined) {
      const heading = isHeading(cells)
      columns = heading ? cells.map((cell) => fieldOf(cell.trim())) : PLAIN_COLUMNS
      if (heading) return true
    }
    const record: Partial<Record<RecordField, string>> = {}
    for (const [i, field] of columns.entries()) if (field !== undefined) record[field] = cells[i] ?? ''
    return collected.add(line, readRecord(record, options))
  })
}

function readJson(text: string, options: ParseOptions, collected: Collector): void {
  for (const element of jsonElements(text))
    collected.add(
      element.line,
      'broken' in element
        ? problem('malformed', 'The JSON is broken here or shortly before.')
        : readElement(element.value, options),
    )
}

function readElement(value: unknown, options: ParseOptions): EgressProxy | Problem {
  if (typeof value === 'string') return parseLine(value.trim(), options)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problem('malformed')
  const record: Partial<Record<RecordField, unknown>> = {}
  for (const [key, part] of Object.entries(value)) {
    const field = fieldOf(key)
    if (field !== undefined) record[field] ??= part
  }
  return readRecord(record, options)
}
