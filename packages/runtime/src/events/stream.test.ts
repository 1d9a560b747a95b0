import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { RefbotEvent } from '../store/index.ts'
import { EventStream } from './stream.ts'

function event(id: number): RefbotEvent {
  return { id, type: 'job.deleted', at: id, data: { jobId: `job-${id}` } }
}

/** A stream over a store that holds whatever was published. */
function storedStream() {
  const stored: RefbotEvent[] = []
  const stream = new EventStream(() => ({
    since: async (id, limit) => stored.filter((one) => one.id > id).slice(0, limit),
  }))
  const publish = (ids: readonly number[]) => {
    const events = ids.map(event)
    stored.push(...events)
    stream.publish(events)
  }
  return { stream, publish }
}

async function take(events: AsyncIterable<RefbotEvent>, count: number): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of events) {
    ids.push(id)
    if (ids.length === count) break
  }
  return ids
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('a listener', () => {
  it('hears what it asked for, until it ends its subscription', () => {
    const { stream, publish } = storedStream()
    const all: number[] = []
    const desired: number[] = []
    const off = stream.subscribe(({ id }) => all.push(id))
    stream.on('plugin.desired', ({ id }) => desired.push(id))
    publish([1, 2])
    off()
    publish([3])
    expect(all).toEqual([1, 2])
    expect(desired).toEqual([])
  })

  it('that throws harms nobody else, and is warned of', async () => {
    const { stream, publish } = storedStream()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const heard: number[] = []
    stream.subscribe(() => {
      throw new Error('broken listener')
    })
    stream.subscribe(({ id }) => heard.push(id))
    publish([1])
    await vi.waitFor(() => expect(warned).toHaveBeenCalled())
    warned.mockRestore()
    expect(heard).toEqual([1])
  })
})

describe('a reader', () => {
  it('gets everything after the event that it has, stored or new, once each and in order', async () => {
    const { stream, publish } = storedStream()
    publish(upTo(1200))
    const reading = take(stream.read({ after: 100 }), 1105)
    publish([1201, 1202, 1203, 1204, 1205])
    expect(await reading).toEqual(upTo(1205).slice(100))
  })

  it('that is slow loses nothing: it reads on from the store', async () => {
    const { stream, publish } = storedStream()
    const reader = stream.read({ after: 0 })
    publish([1])
    expect((await reader.next()).value?.id).toBe(1)
    publish(upTo(5000).slice(1))
    expect(await take(reader, 4999)).toEqual(upTo(5000).slice(1))
  })

  it('ends when it is told to, also while it waits', async () => {
    const { stream } = storedStream()
    const abort = new AbortController()
    const reading = Array.fromAsync(stream.read({ signal: abort.signal }))
    abort.abort()
    expect(await reading).toEqual([])
  })

  it('sees the whole sequence wherever it starts and however events are cut into commits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2 }),
        async (after, commits) => {
          const { stream, publish } = storedStream()
          const total = commits.reduce((sum, size) => sum + size, 0)
          if (total <= after) return
          const reading = take(stream.read({ after }), total - after)
          let next = 1
          for (const size of commits) {
            publish(upTo(size).map((i) => next + i - 1))
            next += size
            await Promise.resolve()
          }
          expect(await reading).toEqual(upTo(total).slice(after))
        },
      ),
    )
  })
})
