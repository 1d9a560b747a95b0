import { checkLength, invalid } from './invalid.ts'

export const jsonHead = '{"version":1,"series":['
const jsonTail = ']}'

/**
 * The texts of the objects in `series`, one by one, from pieces of any length: of the document no more is held than one
 * of these objects and one piece. White space around them does not matter; the order of the document's own members does.
 * @throws AnalyticsError `METRIC_IMPORT_INVALID`
 */
export async function* jsonParts(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let count = 0
  let part = ''
  /** Braces that are open in the part; 0 outside of one. */
  let depth = 0
  let text: 'outside' | 'quoted' | 'escaped' = 'outside'
  let inHead = true
  /** What stood between the parts so far, white space left out. */
  let between = ''
  for await (const piece of pieces) {
    let from = 0
    for (let i = 0; i < piece.length; i += 1) {
      const char = piece.charAt(i)
      if (depth > 0) {
        if (text === 'escaped') text = 'quoted'
        else if (text === 'quoted') text = char === '"' ? 'outside' : char === '\\' ? 'escaped' : 'quoted'
        else if (char === '"') text = 'quoted'
        else if (char === '{') depth += 1
        else if (char === '}') {
          depth -= 1
          if (depth > 0) continue
          yield part + piece.slice(from, i + 1)
          part = ''
        }
      } else if (!inHead && char === '{') {
        if (between !== (count === 0 ? '' : ',')) throw invalid(count + 1, `${between} stands before it`)
        between = ''
        count += 1
        depth = 1
        from = i
      } else if (!' \n\r\t'.includes(char)) {
        between += char
        if (inHead && !jsonHead.startsWith(between)) throw invalid(1, `the document does not begin with ${jsonHead}`)
        if (!inHead && between !== ',' && !jsonTail.startsWith(between))
          throw invalid(count + 1, 'it is no JSON object')
        if (!inHead || between !== jsonHead) continue
        inHead = false
        between = ''
      }
    }
    if (depth === 0) continue
    part += piece.slice(from)
    checkLength(count, part.length)
  }
  if (inHead || depth > 0 || between !== jsonTail) throw invalid(count + 1, 'the document ends before its end')
}
