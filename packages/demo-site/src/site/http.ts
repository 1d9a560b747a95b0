import type { IncomingMessage, ServerResponse } from 'node:http'

/** What a route answers with. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request that cannot be served for what it is; `status` is 413 or 415. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const maxBodyBytes = 64 * 1024
/** Read and dropped, so that a browser that is still sending gets its answer; beyond it the connection ends. */
const maxDroppedBytes = 16 * 1024 * 1024

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No form-action: it would keep a browser from following the redirect of a submit to another origin.
  'content-security-policy': "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'",
  'referrer-policy': 'same-origin',
}

export function pageAnswer(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...pageHeaders, ...headers }, body }
}

export function jsonAnswer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}

export function assetAnswer(type: string, body: string): Answer {
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' }, body }
}

export function redirectAnswer(status: 303 | 307, location: string): Answer {
  return { status, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

/** @throws BodyRefused for another content type, or beyond 64 kB. */
export async function readBody(request: IncomingMessage, type: string): Promise<string> {
  const given = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (given !== type) throw new BodyRefused(415, `The body must be ${type}.`)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxDroppedBytes) break
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  if (bytes > maxBodyBytes) throw new BodyRefused(413, 'The body is larger than 64 kB.')
  return Buffer.concat(chunks).toString('utf8')
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, {
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  })
  response.end(body)
}
