import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { DOCUMENT_MAX_BYTES, DOCUMENT_PATH } from './document.ts'
import { tlsCode } from './fault.ts'
import { VALIDATED } from './validated.ts'

/** What a site serves as its document, or why nothing could be taken for one. */
export type FetchedDocument =
  | { readonly text: string /** The address that served it. */; readonly address: string }
  | { readonly problem: string }

export interface FetchOptions {
  readonly lookup?: LookupFunction
  /** For the whole of it, in ms; default 10,000. */
  readonly timeoutMs?: number
  /** Who is asking: `RefBot/0.1.0`. */
  readonly userAgent?: string
}

const BROKEN_OFF = 'The site broke off in the middle of it.'

/**
 * Fetches the document of an https origin: directly, never by a proxy or after a redirect, and no more of it than may be.
 * The connection is validated as the gate's are.
 */
export async function fetchDocument(origin: string, options: FetchOptions = {}): Promise<FetchedDocument> {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const { lookup, timeoutMs = 10_000, userAgent = 'RefBot' } = options
  return await new Promise((resolve) => {
    const asked = request({
      host,
      port: Number(port || 443),
      path: DOCUMENT_PATH,
      servername: isIP(host) === 0 ? host : '',
      headers: { host: origin.slice('https://'.length), accept: 'application/json', 'user-agent': userAgent },
      agent: false,
      ...VALIDATED,
      ...(lookup === undefined ? {} : { lookup }),
    })
    const end = (fetched: FetchedDocument): void => {
      clearTimeout(timer)
      resolve(fetched)
      asked.destroy()
    }
    const timer = setTimeout(() => end({ problem: `It did not come within ${timeoutMs} ms.` }), timeoutMs)
    asked.once('error', (error) => end({ problem: `It could not be fetched: ${tlsCode(error)} (${error.message}).` }))
    asked.once('response', (response) => {
      const address = (response.socket as TLSSocket).remoteAddress
      const { statusCode = 0, headers } = response
      if (statusCode >= 300 && statusCode < 400) {
        end({
          problem: `It is redirected (${statusCode}) to ${headers.location ?? 'nowhere'}; no redirect is followed.`,
        })
        return
      }
      if (statusCode !== 200) {
        end({ problem: `The site answered ${statusCode} where 200 is needed.` })
        return
      }
      // One that is gone again has no address any more, and without it nobody knew where it was that agreed.
      if (address === undefined) {
        end({ problem: BROKEN_OFF })
        return
      }
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes > DOCUMENT_MAX_BYTES) end({ problem: `It is longer than ${DOCUMENT_MAX_BYTES} bytes.` })
      })
      response.once('error', () => end({ problem: BROKEN_OFF }))
      response.once('end', () => end({ text: Buffer.concat(chunks).toString('utf8'), address }))
    })
    asked.end()
  })
}
