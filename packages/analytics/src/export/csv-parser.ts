import { checkLength } from './invalid.ts'

/**
 * Records of RFC 4180 text (CRLF or LF, quotes doubled inside quotes), read in pieces of any length.
 * @throws AnalyticsError `METRIC_IMPORT_INVALID` where a record has no end
 */
export async function* parseCsv(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let record: string[] = []
  let field = ''
  let count = 1
  let characters = 0
  // `closing`: a quote inside of quotes was read; what follows tells whether it ends the field or stands for itself.
  let state: 'start' | 'plain' | 'quoted' | 'closing' = 'start'
  /** Whether the field ends, so far, with a carriage return outside of quotes. */
  let returned = false
  const take = (text: string): void => {
    characters += text.length
    checkLength(count, characters)
    field += text
  }
  const endField = (): void => {
    record.push(field)
    field = ''
    state = 'start'
    returned = false
    characters += 1
  }
  for await (const piece of pieces) {
    let i = 0
    while (i < piece.length) {
      if (state === 'quoted') {
        const quote = piece.indexOf('"', i)
        const end = quote < 0 ? piece.length : quote
        take(piece.slice(i, end))
        if (quote >= 0) state = 'closing'
        i = end + 1
      } else if (piece[i] === '"' && state !== 'plain') {
        if (state === 'closing') take('"')
        state = 'quoted'
        i += 1
      } else {
        const end = endOfText(piece, i)
        if (end > i) {
          take(piece.slice(i, end))
          returned = piece[end - 1] === '\r'
          if (state === 'start') state = 'plain'
        }
        if (piece[end] === '\n') {
          if (returned) field = field.slice(0, -1)
          endField()
          yield record
          record = []
          count += 1
          characters = 0
        } else if (end < piece.length) endField()
        i = end + 1
      }
    }
  }
  if (record.length === 0 && state === 'start') return
  endField()
  yield record
}

/** Where the next comma or line feed stands, or the end. */
function endOfText(piece: string, from: number): number {
  let i = from
  while (i < piece.length && piece[i] !== ',' && piece[i] !== '\n') i += 1
  return i
}
