import {
  EgressError,
  type HttpResponse,
  type JsonValue,
  PluginError,
  type PluginHttp,
  StoppedError,
} from '@refbot/plugin-sdk'
import type { BirpcReturn } from 'birpc'
import { z } from 'zod'
import { type ChildApi, checkCall, checkGiven, type HostApi } from './protocol.ts'

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024
const MAX_REQUEST_BYTES = 16 * 1024 * 1024
/** Of a body, in one message: a frame holds a megabyte. */
const PART_BYTES = 512 * 1024
const TIMEOUT_MS = 30_000

/** Requests without a browser: the host sends them, this side holds what came back. */
export function createHttp(host: BirpcReturn<HostApi, ChildApi>, signal: AbortSignal): PluginHttp {
  let latest = 0
  return {
    async request(url, options = {}) {
      const { json, proxy, timeoutMs = TIMEOUT_MS, maxBytes = MAX_RESPONSE_BYTES } = options
      const body = bodyOf(options.body ?? (json === undefined ? undefined : JSON.stringify(json)))
      const headers = { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers }
      const method = options.method?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST')
      const id = ++latest
      const leased = proxy === undefined ? {} : { leaseId: proxy.id }
      const request = { id, url, method, headers, timeoutMs, ...leased }
      checkCall('httpRequest', 'http.request', request)
      if (signal.aborted) throw new StoppedError()
      const stop = () => void host.httpCancel(id).catch(() => undefined)
      signal.addEventListener('abort', stop, { once: true })
      try {
        for (let at = 0; body !== undefined && at < body.length; at += PART_BYTES) {
          await host.httpBody(id, new Uint8Array(body.subarray(at, at + PART_BYTES)))
          // Cancelled, the host has let go of what it had: the rest alone would be another body.
          signal.throwIfAborted()
        }
        const answer = await host.httpRequest(request)
        if (!answer.ok) throw new EgressError(answer.code, answer.message, answer)
        const parts: Uint8Array[] = []
        let bytes = 0
        for (;;) {
          const part = await host.httpRead(id)
          if (!part.ok) throw new EgressError(part.code, part.message, part)
          bytes += part.bytes.length
          if (bytes > maxBytes) throw tooLarge(`The answer of ${url} is longer than ${maxBytes} bytes.`)
          parts.push(part.bytes)
          if (part.last) return response(answer, Buffer.concat(parts))
        }
      } catch (error) {
        throw signal.aborted ? new StoppedError() : error
      } finally {
        signal.removeEventListener('abort', stop)
        stop()
      }
    },
  }
}

function bodyOf(body: string | Uint8Array | undefined): Uint8Array | undefined {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  checkGiven(z.instanceof(Uint8Array).optional(), 'http.request', bytes)
  if (bytes !== undefined && bytes.length > MAX_REQUEST_BYTES)
    throw tooLarge(`The body of a request has at most ${MAX_REQUEST_BYTES} bytes.`)
  return bytes
}

function tooLarge(message: string): PluginError {
  return new PluginError('HTTP_BODY_TOO_LARGE', message, { hint: 'Ask for less, or raise maxBytes.', retryable: false })
}

function response(
  { status, statusText, headers }: Pick<HttpResponse, 'status' | 'statusText' | 'headers'>,
  bytes: Buffer,
): HttpResponse {
  return {
    ...{ status, statusText, headers, bytes },
    header: (name) => headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1],
    text: () => bytes.toString('utf8'),
    json: () => JSON.parse(bytes.toString('utf8')) as JsonValue,
  }
}
