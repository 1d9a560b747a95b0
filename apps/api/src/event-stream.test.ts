import type { EventGap, EventSubscription, RefbotEvent } from '@refbot/runtime'
import { describe, expect, it, vi } from 'vitest'
import { type EventStreamOptions, eventStream } from './event-stream.ts'
import { runSchema } from './schemas/runs.ts'
import { eventSchema } from './schemas/watch.ts'
import { messages, openApi, read } from './test-support.ts'

const event = (id: number): RefbotEvent => ({ id, type: 'job.deleted', at: id * 1000, data: { jobId: `j${id}` } })

/** A source that is told by hand what it says next, and notes who still listens. */
function fake(said: readonly (RefbotEvent | EventGap)[] = []) {
  const open = new Set<AbortSignal>()
  const asked: (EventSubscription | undefined)[] = []
  const options: EventStreamOptions = {
    feed: {
      async *subscribe(subscription = {}) {
        asked.push(subscription)
        const { signal } = subscription
        if (signal === undefined) return
        open.add(signal)
        const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        signal.addEventListener('abort', () => open.delete(signal))
        yield* said
        await over
      },
    },
    after: undefined,
    keepAliveMs: 1_000_000,
    signal: undefined,
    now: () => 5,
  }
  return { open, asked, options }
}

async function take(stream: ReadableStream<Uint8Array>, count: number) {
  const found: { id: number; event: string; data: unknown }[] = []
  for await (const message of messages(new Response(stream))) {
    found.push(message)
    if (found.length === count) break
  }
  return found
}

describe('a stream of events', () => {
  it('says what its source says, from where the reader is', async () => {
    const { options, asked } = fake([event(4), event(5)])
    const found = await take(eventStream({ ...options, after: 3 }), 2)
    expect(found.map(({ id }) => id)).toEqual([4, 5])
    expect(asked).toMatchObject([{ after: 3 }])
  })

  it('begins with the present where nothing is asked for', async () => {
    const { options, asked } = fake([event(3)])
    await take(eventStream(options), 1)
    expect(asked[0]).not.toHaveProperty('after')
  })

  it('tells of a gap, and lets a reader resume behind it', async () => {
    const { options } = fake([{ type: 'gap', after: 3, until: 8 }, event(9)])
    const [gap, next] = await take(eventStream({ ...options, after: 3 }), 2)
    expect(gap).toMatchObject({ id: 8, event: 'gap' })
    expect(eventSchema.parse(gap?.data)).toMatchObject({ type: 'gap', data: { after: 3, until: 8 } })
    expect(next?.id).toBe(9)
  })

  it('takes no more than its reader does', async () => {
    let taken = 0
    const { options } = fake()
    const feed = {
      async *subscribe() {
        for (let id = 1; ; id += 1) {
          taken += 1
          yield event(id)
        }
      },
    }
    const stream = eventStream({ ...options, feed })
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
    expect(taken).toBeLessThan(3)
    await stream.cancel()
  })

  it('lets go of its source when its reader leaves, and when the server ends', async () => {
    const { options, open } = fake()
    const closing = new AbortController()
    const left = eventStream(options)
    const ended = eventStream({ ...options, signal: closing.signal })
    const text = new Response(ended).text()
    const reader = left.getReader()
    await reader.read()
    await vi.waitFor(() => expect(open.size).toBe(2))
    await reader.cancel()
    expect(open.size).toBe(1)
    closing.abort()
    expect(open.size).toBe(0)
    expect(await text).toBe(': open\n\n')
  })

  it('tells of a real run what the store holds of it, in order, with times as text', async () => {
    await using api = await openApi()
    const response = await api.ask('/api/events')
    const told = messages(response)
    const run = await read(await api.ask('/api/plugins/hello/start', { method: 'POST' }), runSchema)
    const seen: { id: number; event: string; data: unknown }[] = []
    for await (const message of told) {
      seen.push(message)
      const { type, data } = message.data as { type: string; data: { executionId?: string; status?: string } }
      if (type === 'run.changed' && data.executionId === run.id && data.status === 'success') break
    }
    const stored = await api.refbot.store.events.since(0, 1000)
    expect(seen.map(({ id }) => id)).toEqual(
      stored.map(({ id }) => id).filter((id) => id >= (seen[0]?.id ?? 0) && id <= (seen.at(-1)?.id ?? 0)),
    )
    expect(seen.map(({ event: type }) => type)).toContain('artifact.stored')
    expect(seen[0]?.data).toMatchObject({ at: expect.stringMatching(/Z$/) })

    const again = await api.ask('/api/events', { headers: { 'last-event-id': String(seen[0]?.id ?? 0) } })
    const replayed = messages(again)
    expect((await replayed.next()).value).toEqual(seen[1])
    await replayed.return(undefined)
  })
})
