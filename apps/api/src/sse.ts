export interface SseOptions<Item> {
  /** What the stream tells, one after the other, until `signal` is aborted. */
  readonly items: (signal: AbortSignal) => AsyncGenerator<Item, void, undefined>
  readonly message: (item: Item) => SseMessage
  /** Between comments on a silent stream, ms. */
  readonly keepAliveMs: number
  /** Ends the stream. */
  readonly signal: AbortSignal | undefined
}

export interface SseMessage {
  /** What a reader sends back as Last-Event-ID. */
  readonly id: number
  readonly event: string
  readonly data: object
}

/** Server-sent events (HTML standard, 9.2), each when the reader takes it. */
export function sseStream<Item>({ items, message, keepAliveMs, signal }: SseOptions<Item>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const ending = new AbortController()
  const told = items(ending.signal)
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
      // With a source that fails the stream ends, and the reader resumes where it was.
      const next = await told.next().catch(() => undefined)
      if (ending.signal.aborted) return
      if (next === undefined || next.done === true) return end()
      const { id, event, data } = message(next.value)
      controller.enqueue(encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
    },
    cancel() {
      close = () => undefined
      end()
    },
  })
}

export function sseResponse(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}
