/** An element of the list and the line it begins in, counted from 1. */
export interface JsonElement {
  readonly line: number
  readonly value: unknown
}

/**
 * The elements of a JSON list: `[…]`, `{ "proxies": […] }`, or one value a line (NDJSON).
 * @returns the line of the first syntax error instead; its text is not kept, since it may hold credentials
 */
export function jsonElements(text: string): JsonElement[] | { errorLine: number } {
  const whole = tryParse(text)
  if ('error' in whole) return ndjson(text) ?? { errorLine: errorLine(whole.error, text) }
  const list = listOf(whole.value)
  if (list === undefined) return [{ line: 1, value: whole.value }]
  const lines = elementLines(text, Array.isArray(whole.value) ? 1 : 2)
  return list.map((value, i) => ({ line: lines[i] ?? 1, value }))
}

function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null || !('proxies' in value)) return undefined
  return Array.isArray(value.proxies) ? value.proxies : undefined
}

function ndjson(text: string): JsonElement[] | undefined {
  const elements: JsonElement[] = []
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === '') continue
    const parsed = tryParse(line)
    if ('error' in parsed) return undefined
    elements.push({ line: index + 1, value: parsed.value })
  }
  return elements
}

function tryParse(text: string): { value: unknown } | { error: unknown } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error }
  }
}

/** Where the elements at a depth of brackets begin. Only for text that JSON.parse has taken. */
function elementLines(text: string, depth: number): number[] {
  const lines: number[] = []
  let line = 1
  let level = 0
  let inString = false
  let awaiting = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (char === '\n' || (char === '\r' && text[i + 1] !== '\n')) line += 1
    if (inString) {
      if (char === '\\') i += 1
      else if (char === '"') inString = false
      continue
    }
    if (/\s/.test(char)) continue
    if (awaiting && char !== ']') lines.push(line)
    awaiting = false
    if (char === '"') inString = true
    else if (char === '[' || char === '{') {
      level += 1
      awaiting = char === '[' && level === depth
    } else if (char === ']' || char === '}') level -= 1
    else if (char === ',' && level === depth) awaiting = lines.length > 0
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
