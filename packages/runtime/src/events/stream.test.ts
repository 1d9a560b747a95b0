import { describe, expect, it, vi } from 'vitest'
import type { RefbotEvent } from '../store/index.ts'
import { EventStream } from './stream.ts'

function event(id: number): RefbotEvent {
  return { id, type: 'job.deleted', at: id, data: { jobId: `job-${id}` } }
}

function makeStream() {
  const stream = new EventStream(() => {
    throw new Error('a listener needs no store')
  })
  return { stream, publish: (ids: readonly number[]) => stream.publish(ids.map(event)) }
}

describe('a listener', () => {
  it('hears what it asked for, until it ends its subscription', () => {
    const { stream, publish } = makeStream()
    const all: number[] = []
    const desired: number[] = []
    const off = stream.listen(({ id }) => all.push(id))
    stream.on('plugin.desired', ({ id }) => desired.push(id))
    publish([1, 2])
    off()
    publish([3])
    expect(all).toEqual([1, 2])
    expect(desired).toEqual([])
  })

  it('that throws harms nobody else, and is warned of', async () => {
    const { stream, publish } = makeStream()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const heard: number[] = []
    stream.listen(() => {
      throw new Error('broken listener')
    })
    stream.listen(({ id }) => heard.push(id))
    publish([1])
    await vi.waitFor(() => expect(warned).toHaveBeenCalled())
    warned.mockRestore()
    expect(heard).toEqual([1])
  })
})
