import type { IncomingMessage } from 'node:http'

export interface TransportRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

export interface TransportResponse {
  readonly status: number
  readonly contentType: string
  /** To be read once; leaving it early ends the exchange. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request. Rejects where there is no answer. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>

/** Through `fetch`: browsers, and wherever else there is one. */
export const fetchTransport: Transport = async ({ method, url, headers, body, signal }) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  })
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: response.body === null ? nothing() : read(response.body),
  }
}

/** Through Node's own client: its `fetch` costs a program that makes one request more than twice its start-up. */
export const nodeTransport: Transport = async ({ method, url, headers, body, signal }) => {
  const { request } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http')
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // One connection for one request: a process that made its last one has nothing to wait for.
  const sent = request(url, { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) }, resolve)
  sent.once('error', reject)
  sent.end(body)
  const response = await promise
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    body: response,
  }
}

/** Node's where there is Node. */
export function defaultTransport(): Transport {
  const onNode = typeof process === 'object' && typeof process.getBuiltinModule === 'function'
  return onNode ? nodeTransport : fetchTransport
}

async function* read(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  } finally {
    await reader.cancel()
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}
