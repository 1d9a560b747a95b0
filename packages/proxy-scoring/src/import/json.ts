import { salvagedElements } from './json-salvage.ts'

/** An element of the list and the line it begins in, counted from 1. */
export type JsonElement =
  | { readonly line: number; readonly value: unknown }
  /** Its text is not kept, since it may hold credentials. `line` is that of the syntax error. */
  | { readonly line: number; readonly broken: true }

/** The elements of a JSON list: `[…]`, `{ "proxies": […] }`, or one value a line (NDJSON). What is broken costs itself alone. */
export function jsonElements(text: string): JsonElement[] {
  const whole = tryParse(text)
  if ('error' in whole) return brokenList(text, whole.error)
  const list = listOf(whole.value)
  if (list === undefined) return [{ line: 1, value: whole.value }]
  const lines = elementLines(text, Array.isArray(whole.value) ? undefined : 'proxies')
  return list.map((value, i) => ({ line: lines[i] ?? 1, value }))
}

function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null || !('proxies' in value)) return undefined
  return Array.isArray(value.proxies) ? value.proxies : undefined
}

/** Where the elements of a list in one piece begin; anything else is one value a line. */
const LIST_HEAD = /^\s*\[|"proxies"\s*:\s*\[/

function brokenList(text: string, error: unknown): JsonElement[] {
  const head = LIST_HEAD.exec(text)
  const first = text.trimStart().split(/[\r\n]/, 1)[0] ?? ''
  const elements =
    head === null || 'value' in tryParse(first)
      ? ndjson(text)
      : salvagedElements(text, head.index + head[0].length, read)
  if (elements.some((element) => 'value' in element)) return elements
  return [{ line: errorLine(error, text), broken: true }]
}

function ndjson(text: string): JsonElement[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => (line.trim() === '' ? [] : [read(line, index + 1)]))
}

function read(text: string, line: number): JsonElement {
  const parsed = tryParse(text)
  if ('value' in parsed) return { line, value: parsed.value }
  return { line: line - 1 + errorLine(parsed.error, text), broken: true }
}

function tryParse(text: string): { value: unknown } | { error: unknown } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error }
  }
}

/**
 * Where the elements of a list begin: of the whole text, or of what stands under `key` in it (the last one, as JSON.parse takes it). Only for text that
 * JSON.parse has taken.
 */
function elementLines(text: string, key: string | undefined): number[] {
  const depth = key === undefined ? 1 : 2
  let lines: number[] = []
  let line = 1
  let level = 0
  let inList = false
  let awaiting = false
  /** What stood last at the first level: the key, where a value follows. */
  let last = ''
  // Strings (they hold no line end), line ends, what gives the list its shape, and the rest.
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|\r\n|[\r\n[\]{},]|[^"\r\n[\]{},]+/g)) {
    if (token === '\n' || token === '\r' || token === '\r\n') line += 1
    if (token.trim() === '') continue
    if (awaiting && token !== ']') lines.push(line)
    awaiting = false
    if (token.startsWith('"')) {
      if (level === 1) last = token
    } else if (token === '[' || token === '{') {
      level += 1
      if (token === '[' && level === depth && (key === undefined || JSON.parse(last) === key)) {
        lines = []
        inList = true
        awaiting = true
      }
    } else if (token === ']' || token === '}') {
      if (level === depth) inList = false
      level -= 1
    } else if (token === ',' && level === depth) awaiting = inList
  }
  return lines
}

/** V8 names a position or a line; what else it says repeats the text. */
function errorLine(error: unknown, text: string): number {
  const message = error instanceof Error ? error.message : ''
  const line = /line (\d+)/.exec(message)?.[1]
  if (line !== undefined) return Number(line)
  const position = /position (\d+)/.exec(message)?.[1]
  return text.slice(0, position === undefined ? text.length : Number(position)).split(/\r\n|\n|\r/).length
}
