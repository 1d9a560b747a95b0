import { createReadStream } from 'node:fs'
import { ProxyScoringError } from '../errors.ts'
import { parseProxies } from './parse.ts'
import type { ParseOptions, ParseResult } from './result.ts'

export interface ImportOptions extends ParseOptions {
  /** A longer list is refused. Default 64 MiB. */
  readonly maxBytes?: number
}

/**
 * Reads a list from a stream of text or UTF-8 bytes (a Node or web stream, a response's body).
 * @throws ProxyScoringError `PROXY_LIST_TOO_LARGE`
 */
export async function importProxies(
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: ImportOptions = {},
): Promise<ParseResult> {
  const { maxBytes = 64 * 2 ** 20 } = options
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of source) {
    bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength
    if (bytes > maxBytes)
      throw new ProxyScoringError('PROXY_LIST_TOO_LARGE', `The list is longer than ${maxBytes} bytes.`, {
        hint: 'Split it, or raise maxBytes.',
      })
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  return parseProxies(text + decoder.decode(), options)
}

/**
 * Reads a list from a file.
 * @throws ProxyScoringError `PROXY_LIST_UNREADABLE`, `PROXY_LIST_TOO_LARGE`
 */
export async function importProxiesFromFile(path: string, options: ImportOptions = {}): Promise<ParseResult> {
  try {
    return await importProxies(createReadStream(path), options)
  } catch (error) {
    if (error instanceof ProxyScoringError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new ProxyScoringError('PROXY_LIST_UNREADABLE', `The proxy list ${path} can't be read (${code}).`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    })
  }
}
