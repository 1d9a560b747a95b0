/** Records of RFC 4180 text (CRLF or LF, quotes doubled inside quotes), read in pieces of any length. */
export async function* parseCsv(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let record: string[] = []
  let field = ''
  // `closing`: a quote inside of quotes was read; what follows tells whether it ends the field or stands for itself.
  let state: 'start' | 'plain' | 'quoted' | 'closing' = 'start'
  let some = false
  const endField = (): void => {
    record.push(field)
    field = ''
    state = 'start'
  }
  for await (const piece of pieces) {
    for (const char of piece) {
      some = true
      if (state === 'quoted') {
        if (char === '"') state = 'closing'
        else field += char
      } else if (char === '"' && state === 'start') state = 'quoted'
      else if (char === '"' && state === 'closing') {
        field += char
        state = 'quoted'
      } else if (char === ',') endField()
      else if (char === '\n') {
        if (field.endsWith('\r')) field = field.slice(0, -1)
        endField()
        yield record
        record = []
        some = false
      } else {
        field += char
        state = state === 'closing' ? 'closing' : 'plain'
      }
    }
  }
  if (some) {
    endField()
    yield record
  }
}
