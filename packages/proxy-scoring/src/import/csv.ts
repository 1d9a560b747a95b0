/** A row and where it stands. */
export interface CsvRow {
  /** In which it begins, counted from 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** A quote that is not closed, or closed in the middle of a cell. */
  readonly broken: boolean
}

/**
 * Reads RFC 4180 rows; a quoted cell may hold delimiters, doubled quotes and line ends. A row that takes several lines and is broken, or that `take`
 * does not accept, is given up for its first line alone: one stray quote must not swallow the rows behind it.
 * @param take whether the row could be used
 */
export function readRows(text: string, delimiter: string, take: (row: CsvRow) => boolean): void {
  let line = 1
  for (let at = 0; at < text.length; ) {
    const { cells, end, broken } = readRow(text, at, delimiter)
    const accepted = take({ line, cells, broken })
    const next = accepted && !broken ? end : Math.min(end, lineEnd(text, at))
    line += text.slice(at, next).match(/\r\n|\n|\r/g)?.length ?? 0
    at = next
  }
}

/** The row that begins at `start`; `end` is where the next one begins. Blanks around a cell are its own only within quotes. */
function readRow(text: string, start: number, delimiter: string): { cells: string[]; end: number; broken: boolean } {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  let closed = false
  const whole = (): string => (quoted || closed ? cell : cell.trim())
  for (let i = start; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else {
        quoted = false
        closed = true
      }
    } else if (char === '"' && !closed && cell.trim() === '') {
      cell = ''
      quoted = true
    } else if (char === delimiter) {
      cells.push(whole())
      cell = ''
      closed = false
    } else if (char === '\n' || char === '\r')
      return { cells: [...cells, whole()], end: lineEnd(text, i), broken: false }
    else if (!closed) cell += char
    else if (char.trim() !== '') return { cells: [...cells, whole()], end: lineEnd(text, i), broken: true }
  }
  return { cells: [...cells, whole()], end: text.length, broken: quoted }
}

/** Behind the end of the line that `from` stands in. */
function lineEnd(text: string, from: number): number {
  const end = /\r\n|\n|\r/g
  end.lastIndex = from
  return end.exec(text) === null ? text.length : end.lastIndex
}

/** The delimiter that splits a line into most cells; `undefined` when none occurs. */
export function delimiterOf(line: string): string | undefined {
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length - 1 }))
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return most.count === 0 ? undefined : most.delimiter
}
