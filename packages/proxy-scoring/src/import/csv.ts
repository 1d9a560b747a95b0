/** A row and the line it begins in, counted from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** Reads RFC 4180 rows; a quoted cell may hold delimiters, doubled quotes and line ends. An unclosed quote ends with the text. */
export function* csvRows(text: string, delimiter: string): Generator<CsvRow> {
  let cells: string[] = []
  let cell = ''
  let line = 1
  let startedAt = 1
  let quoted = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    const isEnd = char === '\n' || char === '\r'
    if (char === '\r' && text[i + 1] === '\n') i += 1
    if (isEnd) line += 1
    if (quoted) {
      if (char !== '"') cell += isEnd ? '\n' : char
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (char === '"' && cell.trim() === '') {
      cell = ''
      quoted = true
    } else if (char === delimiter) {
      cells.push(cell)
      cell = ''
    } else if (isEnd) {
      yield { line: startedAt, cells: [...cells, cell] }
      cells = []
      cell = ''
      startedAt = line
    } else cell += char
  }
  if (cells.length > 0 || cell !== '') yield { line: startedAt, cells: [...cells, cell] }
}

/** The delimiter that splits a line into most cells; `undefined` when none occurs. */
export function delimiterOf(line: string): string | undefined {
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length - 1 }))
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return most.count === 0 ? undefined : most.delimiter
}
