/**
 * Takes the elements out of a list that is no valid JSON as a whole. An element ends with its bracket, or with its line where it has none; one whose
 * bracket never closes ends where the next line begins an element.
 * @param from where the elements begin in the text
 * @param read makes an element of its text and the line it begins in
 */
export function salvagedElements<T>(text: string, from: number, read: (text: string, line: number) => T): T[] {
  const elements: T[] = []
  let line = linesIn(text.slice(0, from)) + 1
  let at = from
  while (at < text.length) {
    // What stands between elements, and the brackets that end the list.
    const begin = match(/[\s,\]}]*/y, text, at)
    line += linesIn(text.slice(at, begin))
    at = begin
    if (at >= text.length) break
    const end = endOf(text, at)
    const element = text.slice(at, end)
    elements.push(read(element.trimEnd().replace(/,$/, ''), line))
    line += linesIn(element)
    at = end
  }
  return elements
}

function endOf(text: string, start: number): number {
  const opening = text[start]
  if (opening !== '{' && opening !== '[')
    return match(opening === '"' ? /"(?:[^"\\\r\n]|\\.)*"|.*/y : /[^,\r\n\]}]+/y, text, start)
  const close = closing(text, start)
  if (close !== -1) return match(/[ \t]*(?:[^\s,\]}{["].*)?/y, text, close)
  const next = /[\r\n][ \t]*[{"]/g
  next.lastIndex = start
  return next.exec(text)?.index ?? text.length
}

/** No proxy takes more: without an end, each of many broken elements would be followed to the end of the list. */
const LONGEST = 4096
const DEEPEST = 8

/** Behind the bracket that closes the one at `start`; -1 when none does. A string ends with its line: JSON allows no line end in it. */
function closing(text: string, start: number): number {
  const open: string[] = []
  let inString = false
  for (let i = start; i < Math.min(text.length, start + LONGEST); i += 1) {
    const char = text[i]
    if (char === '\n' || char === '\r') inString = false
    else if (inString) {
      if (char === '\\') i += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') {
      if (open.push(char === '{' ? '}' : ']') > DEEPEST) return -1
    } else if (char === '}' || char === ']') {
      if (open.pop() !== char) return -1
      if (open.length === 0) return i + 1
    }
  }
  return -1
}

/** Where what `pattern` (sticky) takes from `at` on ends. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return at + (pattern.exec(text)?.[0].length ?? 0)
}

function linesIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
