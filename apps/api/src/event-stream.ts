import type { EventGap, RefbotEvent, Store } from '@refbot/runtime'
import { type SseMessage, sseStream } from './sse.ts'
import { iso } from './wire.ts'

export interface EventStreamOptions {
  readonly feed: Pick<Store['feed'], 'subscribe'>
  /** Id of the last event that the reader has; undefined: only what happens from now on. */
  readonly after: number | undefined
  /** Between comments on a silent stream, ms. */
  readonly keepAliveMs: number
  /** Ends the stream. */
  readonly signal: AbortSignal | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Events as server-sent events, none missing and none twice, each when the reader takes it: one that is slow is read for
 * from the store, and told of a gap where retention was faster.
 */
export function eventStream({ feed, after, now, ...options }: EventStreamOptions): ReadableStream<Uint8Array> {
  return sseStream({
    ...options,
    items: (signal) => feed.subscribe({ signal, ...(after === undefined ? {} : { after }) }),
    message: (event) => message(event, now),
  })
}

function message(event: RefbotEvent | EventGap, now: () => number): SseMessage {
  if (event.type !== 'gap') return { id: event.id, event: event.type, data: { ...event, at: iso(event.at) } }
  const { after, until } = event
  // Its id is that of the last event that is gone: who resumes there is not told of it twice.
  return { id: until, event: 'gap', data: { id: until, type: 'gap', at: iso(now()), data: { after, until } } }
}
