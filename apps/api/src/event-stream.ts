import type { EventGap, RefbotEvent, Store } from '@refbot/runtime'
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
export function eventStream({ feed, after, keepAliveMs, signal, now }: EventStreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const ending = new AbortController()
  const events = feed.subscribe({ signal: ending.signal, ...(after === undefined ? {} : { after }) })
  let timer: NodeJS.Timeout | undefined
  let close = (): void => undefined
  const end = (): void => {
    clearInterval(timer)
    signal?.removeEventListener('abort', end)
    ending.abort()
    close()
    close = () => undefined
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      close = () => controller.close()
      // Told at once that the stream is open, a reader knows that nothing of what follows is missed.
      controller.enqueue(encoder.encode(': open\n\n'))
      if (signal?.aborted === true) return end()
      signal?.addEventListener('abort', end, { once: true })
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': alive\n\n'))
      }, keepAliveMs).unref()
    },
    async pull(controller) {
      // With a store that fails the stream ends, and the reader resumes where it was.
      const next = await events.next().catch(() => undefined)
      if (ending.signal.aborted) return
      if (next?.value === undefined) return end()
      controller.enqueue(encoder.encode(message(next.value, now)))
    },
    cancel() {
      close = () => undefined
      end()
    },
  })
}

function message(event: RefbotEvent | EventGap, now: () => number): string {
  if (event.type !== 'gap') return text(event.id, event.type, { ...event, at: iso(event.at) })
  const { after, until } = event
  // Its id is that of the last event that is gone: who resumes there is not told of it twice.
  return text(until, 'gap', { id: until, type: 'gap', at: iso(now()), data: { after, until } })
}

function text(id: number, type: string, data: object): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
