import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSse, type SseMessage } from './sse.ts'

async function read(text: string, cuts: readonly number[] = []): Promise<SseMessage[]> {
  const bytes = new TextEncoder().encode(text)
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  const chunks = edges.slice(1).map((end, n) => bytes.subarray(edges[n], end))
  return Array.fromAsync(
    readSse(
      (async function* () {
        yield* chunks
      })(),
    ),
  )
}

describe('a stream of server-sent events', () => {
  it('is read as the standard says', async () => {
    const text =
      ': hello\n\nid: 1\nevent: a\ndata: x\ndata:  y\n\nevent: none\n\ndata\n\nid: 2\nretry: 5\nunknown: 1\ndata:z\n\ndata: cut off'
    expect(await read(text)).toEqual([
      { id: '1', event: 'a', data: 'x\n y' },
      { id: '1', event: 'message', data: '' },
      { id: '2', event: 'message', data: 'z' },
    ])
  })

  it('says the same however its lines end, and in whatever pieces it comes', async () => {
    const message = fc.record({ id: fc.nat(), data: fc.string({ unit: 'grapheme' }).filter((s) => !/[\r\n]/.test(s)) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (sent, end, cuts) => {
          const text = sent.map(({ id, data }) => `id: ${id}${end}event: e${end}data: ${data}${end}${end}`).join('')
          const expected = sent.map(({ id, data }) => ({ id: String(id), event: 'e', data }))
          expect(await read(text, cuts)).toEqual(expected)
        },
      ),
      { numRuns: 200 },
    )
  })
})
