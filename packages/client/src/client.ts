import { notRefbot, RefbotApiError, refusal, unreachable } from './errors.ts'
import { type FollowOptions, follow } from './follow.ts'
import { OPERATIONS } from './generated/operations.ts'
import { defaultTransport, type Transport, type TransportResponse, textOf } from './transport.ts'
import type { LogLine, LogsQuery, Operations, RefbotEvent } from './types.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:8000`: where the API listens, with or without a slash at the end. */
  readonly baseUrl: string
  /** Bearer token. Without one only the public operations answer. */
  readonly token?: string | undefined
  /** Default: Node's HTTP client, `fetch` elsewhere. */
  readonly transport?: Transport
}

/** A method for each operation of the API. Each rejects with a RefbotApiError. */
export interface RefbotClient extends Operations {
  readonly baseUrl: string
  /** Every change of state as it happens, resumed after interruptions. */
  events(options?: FollowOptions): AsyncGenerator<RefbotEvent>
  /** The newest lines of the logs that match, then each as it is said, resumed after interruptions. */
  followLogs(options?: FollowLogsOptions): AsyncGenerator<LogLine>
}

export interface FollowLogsOptions extends FollowOptions {
  readonly query?: LogsQuery
}

interface Request {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** @throws RefbotApiError `API_URL_INVALID` */
export function createClient({ baseUrl, token, transport = defaultTransport() }: ClientOptions): RefbotClient {
  const base = checkUrl(baseUrl)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const call = async (method: string, template: string, { path = {}, query = {}, body, signal }: Request = {}) => {
    const url = base + fill(template, path) + search(query)
    const sent =
      body === undefined
        ? { headers }
        : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await transport({ method, url, ...sent, signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : unreachable(base, error)
    })
    return answer(response, base)
  }
  const methods = Object.entries(OPERATIONS).map(([id, [method, path]]) => [
    id,
    (request?: Request) => call(method, path, request),
  ])
  const source = { baseUrl: base, headers, transport, wait }
  return {
    ...(Object.fromEntries(methods) as Operations),
    baseUrl: base,
    events: (options = {}) => follow<RefbotEvent>({ ...source, url: base + OPERATIONS.streamEvents[1] }, options),
    followLogs: ({ query = {}, ...options } = {}) =>
      follow<LogLine>({ ...source, url: base + OPERATIONS.getLogs[1] + search(query) }, options),
  }
}

async function answer(response: TransportResponse, base: string): Promise<unknown> {
  const { status, contentType, body } = response
  if (status < 200 || status > 299) throw refusal(status, contentType, await read(body, base), base)
  if (!contentType.startsWith('application/json')) {
    return { contentType, body, text: () => read(body, base) }
  }
  try {
    return JSON.parse(await read(body, base))
  } catch (error) {
    throw error instanceof SyntaxError ? notRefbot(status, base, error) : error
  }
}

/** An answer that breaks off is no answer. */
function read(body: AsyncIterable<Uint8Array>, base: string): Promise<string> {
  return textOf(body).catch((error: unknown) => {
    throw unreachable(base, error)
  })
}

function checkUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  )
    return url.href.replace(/\/+$/, '')
  throw new RefbotApiError('API_URL_INVALID', 0, 'The address of the API is no http or https URL.', {
    hint: 'Write it as http://127.0.0.1:8000.',
  })
}

function fill(template: string, path: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => segment(path[name] ?? ''))
}

/** One segment, whatever it holds: `.` and `..` would be taken for steps between folders. */
function segment(value: string): string {
  return value === '.' || value === '..' ? value.replaceAll('.', '%252E') : encodeURIComponent(value)
}

function search(query: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal?.aborted === true) return Promise.resolve()
  const timer = setTimeout(done, ms)
  signal?.addEventListener('abort', done, { once: true })
  function done(): void {
    clearTimeout(timer)
    signal?.removeEventListener('abort', done)
    resolve()
  }
  return promise
}
