import type { EventListener, RefbotEvent } from '@refbot/runtime'
import { describe, expect, it } from 'vitest'
import { type EventStreamOptions, eventStream } from './event-stream.ts'
import { runSchema } from './schemas/runs.ts'
import { messages, openApi, read } from './test-support.ts'

const event = (id: number): RefbotEvent => ({ id, type: 'job.deleted', at: id * 1000, data: { jobId: `j${id}` } })

/** A history that can be held back, and a present that is told by hand. */
function fake(stored: readonly RefbotEvent[] = []) {
  const listeners = new Set<EventListener>()
  const gate = Promise.withResolvers<void>()
  const options: EventStreamOptions = {
    live: {
      listen: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    stored: {
      since: async (id, limit) => {
        await gate.promise
        return stored.filter((each) => each.id > id).slice(0, limit)
      },
    },
    after: undefined,
    keepAliveMs: 1_000_000,
    signal: undefined,
  }
  const tell = (id: number) => {
    for (const listener of listeners) listener(event(id))
  }
  return { listeners, options, tell, release: () => gate.resolve() }
}

async function ids(stream: ReadableStream<Uint8Array>, count: number): Promise<number[]> {
  const found: number[] = []
  for await (const { id } of messages(new Response(stream))) {
    found.push(id)
    if (found.length === count) break
  }
  return found
}

describe('a stream of events', () => {
  it('replays a long history and goes on with the present, none missing and none twice', async () => {
    const { options, tell, release } = fake(Array.from({ length: 1_203 }, (_, n) => event(n + 1)))
    const stream = eventStream({ ...options, after: 3 })
    // While the history is read, its last events are told once more, and new ones come.
    for (const id of [1_202, 1_203, 1_204, 1_205]) tell(id)
    release()
    const expected = Array.from({ length: 1_202 }, (_, n) => n + 4)
    expect(await ids(stream, expected.length)).toEqual(expected)
  })

  it('begins with the present where nothing is asked for', async () => {
    const { options, tell } = fake([event(1), event(2)])
    const stream = eventStream(options)
    tell(3)
    expect(await ids(stream, 1)).toEqual([3])
  })

  it('lets go of its source when its reader leaves, and when the server ends', async () => {
    const { options, listeners } = fake()
    const closing = new AbortController()
    const left = eventStream(options)
    const ended = eventStream({ ...options, signal: closing.signal })
    expect(listeners.size).toBe(2)
    await left.cancel()
    expect(listeners.size).toBe(1)
    closing.abort()
    expect(listeners.size).toBe(0)
    expect(await new Response(ended).text()).toBe(': open\n\n')
  })

  it('cuts off a reader that does not read, which can then resume', async () => {
    const { options, listeners, tell } = fake()
    const stream = eventStream(options)
    await Promise.resolve()
    for (let id = 1; listeners.size > 0 && id < 100_000; id += 1) tell(id)
    expect(listeners.size).toBe(0)
    expect((await new Response(stream).text()).split('\n\n').length).toBeLessThan(10_002)
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
