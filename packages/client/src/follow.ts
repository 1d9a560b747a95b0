import { notRefbot, type RefbotApiError, refusal, unreachable } from './errors.ts'
import { readSse } from './sse.ts'
import { type Transport, type TransportResponse, textOf } from './transport.ts'

export interface FollowOptions {
  /** Id of the last one that is known already; without one the stream begins with the next. */
  readonly after?: number
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal
  /** Called whenever the stream is open, again after each interruption: nothing that happens from then on is missed. */
  readonly onOpen?: () => void
}

export interface FollowSource {
  readonly url: string
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: Transport
  /** Waits `ms`; ends early when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Waits between the tries to open an interrupted stream again, in ms: a minute in all. */
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 20_000]

/**
 * What a stream of server-sent events tells, one after the other, each once, over interruptions too.
 * @throws RefbotApiError what the first try met; later on, refusals and `API_UNREACHABLE` after a minute of silence
 */
export async function* follow<Item extends { readonly id: number }>(
  source: FollowSource,
  options: FollowOptions,
): AsyncGenerator<Item> {
  const { signal, onOpen } = options
  let after = options.after
  let opened = false
  let failures = 0
  const over = () => signal?.aborted === true
  while (!over()) {
    const stream = await connect(source, after, signal).catch((error: RefbotApiError) => error)
    if ('body' in stream) {
      opened = true
      failures = 0
      onOpen?.()
      try {
        for await (const message of readSse(stream.body)) {
          if (over()) return
          const item = JSON.parse(message.data) as Item
          after = item.id
          yield item
        }
      } catch (error) {
        if (error instanceof SyntaxError) throw notRefbot(stream.status, source.baseUrl, error)
        // Cut off in the middle: as an end, to be opened again.
      }
    } else {
      if (over()) return
      if (!opened || stream.code !== 'API_UNREACHABLE') throw stream
      failures += 1
      if (failures > RETRY_MS.length) throw stream
    }
    await source.wait(RETRY_MS[Math.max(0, failures - 1)] ?? 0, signal)
  }
}

async function connect(
  { url, baseUrl, headers, transport }: FollowSource,
  after: number | undefined,
  signal: AbortSignal | undefined,
): Promise<TransportResponse> {
  const resume = after === undefined ? {} : { 'last-event-id': String(after) }
  const request = { method: 'GET', url, headers: { ...headers, accept: 'text/event-stream', ...resume }, signal }
  const response = await transport(request).catch((error: unknown) => {
    throw unreachable(baseUrl, error)
  })
  if (response.status !== 200) {
    throw refusal(response.status, response.contentType, await textOf(response.body), baseUrl)
  }
  if (!response.contentType.startsWith('text/event-stream')) throw notRefbot(200, baseUrl)
  return response
}
