/** One server-sent event (HTML standard, 9.2). */
export interface SseMessage {
  /** Of the last `id` field that was sent, on this message or an earlier one. */
  readonly id: string
  /** `message` where the sender named none. */
  readonly event: string
  readonly data: string
}

/** Beyond so many characters without an end, it is no stream of events. */
const MAX_MESSAGE = 10_000_000

/** Reads messages out of a stream, whatever the pieces are in which it comes. */
export async function* readSse(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseMessage> {
  let id = ''
  let event = ''
  let data: string[] = []
  for await (const line of lines(chunks)) {
    if (line === '') {
      if (data.length > 0) yield { id, event: event === '' ? 'message' : event, data: data.join('\n') }
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
  }
}

/** Lines that end in CR LF, LF or CR; what follows the last of them is incomplete, and is dropped. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    for (let end = lineEnd(rest); end !== undefined; end = lineEnd(rest)) {
      yield rest.slice(0, end.at)
      rest = rest.slice(end.at + end.length)
    }
    if (rest.length > MAX_MESSAGE) throw new Error('The stream of events holds a line without an end.')
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1)
}

/** A CR at the very end may be half of a CR LF: it has to wait for what comes. */
function lineEnd(text: string): { at: number; length: number } | undefined {
  const at = text.search(/[\r\n]/)
  if (at < 0 || (text[at] === '\r' && at === text.length - 1)) return undefined
  return { at, length: text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1 }
}
