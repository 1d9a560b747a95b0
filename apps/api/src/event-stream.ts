import type { EventStream, RefbotEvent, Store } from '@refbot/runtime'
import { iso } from './wire.ts'

export interface EventStreamOptions {
  readonly live: Pick<EventStream, 'listen'>
  readonly stored: Store['events']
  /** Id of the last event that the reader has; undefined: only what happens from now on. */
  readonly after: number | undefined
  /** Between comments on a silent stream, ms. */
  readonly keepAliveMs: number
  /** Ends the stream. */
  readonly signal: AbortSignal | undefined
}

const PAGE = 500
/** Messages that wait for a slow reader. Beyond that it is cut off, and resumes where it stopped. */
const MAX_WAITING = 10_000

/**
 * Events as server-sent events, none missing and none twice: it listens first, replays what is stored, then hands on
 * what came meanwhile.
 */
export function eventStream({
  live,
  stored,
  after,
  keepAliveMs,
  signal,
}: EventStreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let off = (): void => undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const stop = (): void => {
    ended = true
    off()
    clearInterval(timer)
    signal?.removeEventListener('abort', stop)
  }
  return new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        let last = after ?? -1
        let waiting: RefbotEvent[] | undefined = []
        const end = (): void => {
          if (ended) return
          stop()
          controller.close()
        }
        const write = (text: string): void => {
          if (ended) return
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text))
          else end()
        }
        const send = (event: RefbotEvent): void => {
          if (event.id <= last) return
          last = event.id
          write(message(event))
        }
        if (signal?.aborted === true) return end()
        signal?.addEventListener('abort', end, { once: true })
        off = live.listen((event) => {
          if (waiting === undefined) send(event)
          else waiting.push(event)
        })
        // Told at once that the stream is open, a reader knows that nothing of what follows is missed.
        write(': open\n\n')
        timer = setInterval(() => write(': alive\n\n'), keepAliveMs).unref()
        try {
          for (let more = after !== undefined; more && !ended; ) {
            const page = await stored.since(last, PAGE)
            for (const event of page) send(event)
            more = page.length === PAGE
          }
        } catch {
          return end()
        }
        const meanwhile = waiting
        waiting = undefined
        for (const event of meanwhile) send(event)
      },
      cancel: stop,
    },
    new CountQueuingStrategy({ highWaterMark: MAX_WAITING }),
  )
}

function message(event: RefbotEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify({ ...event, at: iso(event.at) })}\n\n`
}
