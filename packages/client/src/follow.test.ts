import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { follow as followStream } from './follow.ts'
import { json, serve } from './test-support.ts'
import { nodeTransport } from './transport.ts'
import type { RefbotEvent } from './types.ts'

const open = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
}
const event = (id: number) => `id: ${id}\nevent: job.deleted\ndata: ${JSON.stringify({ id, type: 'job.deleted' })}\n\n`

/** Follows a server without waiting between the tries; what it would have waited is kept. */
function follow(url: string, options: Parameters<typeof followStream>[1] = {}) {
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
  }
  const source = { url: `${url}/api/events`, baseUrl: url, headers: {}, transport: nodeTransport, wait }
  return { events: followStream<RefbotEvent>(source, options), waits }
}

describe('events', () => {
  it('go on behind the last one after each interruption, and say when they are open', async () => {
    const resumed: unknown[] = []
    await using server = await serve((request, response) => {
      const last = request.headers['last-event-id']
      resumed.push(last)
      open(response)
      const from = Number(last ?? 0)
      response.write(event(from + 1) + event(from + 2))
      // First a clean end, then a cut in the middle of a message.
      if (from === 0) response.end()
      else response.write('id: 99\ndata: {"id"', () => response.destroy())
    })
    let opened = 0
    const seen: number[] = []
    const onOpen = () => {
      opened += 1
    }
    for await (const { id } of follow(server.url, { onOpen }).events) {
      seen.push(id)
      if (seen.length === 6) break
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(resumed).toEqual([undefined, '2', '4'])
    expect(opened).toBe(3)
  })

  it('begin behind what is known', async () => {
    await using server = await serve((request, response) => {
      open(response)
      response.write(event(Number(request.headers['last-event-id']) + 1))
    })
    expect((await createClient({ baseUrl: server.url }).events({ after: 41 }).next()).value).toMatchObject({ id: 42 })
  })

  it('fail at once where they never began: nobody there, no token, somebody else', async () => {
    const gone = await serve(() => undefined)
    await gone[Symbol.asyncDispose]()
    await expect(follow(gone.url).events.next()).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
    await using guarded = await serve((_, response) =>
      json(response, 401, { code: 'TOKEN_MISSING', detail: 'No token.' }, 'application/problem+json'),
    )
    await expect(follow(guarded.url).events.next()).rejects.toMatchObject({ code: 'TOKEN_MISSING', status: 401 })
    await using other = await serve((_, response) => json(response, 200, {}))
    await expect(follow(other.url).events.next()).rejects.toMatchObject({ code: 'API_ANSWER_INVALID' })
  })

  it('give up after a minute of silence, with longer and longer waits', async () => {
    const server = await serve((_, response) => {
      open(response)
      response.end(event(1))
    })
    const { events, waits } = follow(server.url)
    expect((await events.next()).value).toMatchObject({ id: 1 })
    await server[Symbol.asyncDispose]()
    await expect(events.next()).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
    expect(waits.slice(1)).toEqual(waits.slice(1).toSorted((a, b) => a - b))
    const total = waits.reduce((sum, ms) => sum + ms, 0)
    expect(total).toBeGreaterThan(50_000)
    expect(total).toBeLessThan(70_000)
  })

  it('end when they are told to, while open and while waiting', async () => {
    const stop = new AbortController()
    await using server = await serve((_, response) => open(response))
    const events = createClient({ baseUrl: server.url }).events({
      signal: stop.signal,
      onOpen: () => stop.abort(),
    })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })
})
