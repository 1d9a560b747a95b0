import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countHeader, endToEnd, identified } from './headers.ts'

describe('endToEnd', () => {
  test('drops what is between neighbours, and what Connection names, in any case', () => {
    const raw = [
      'Host',
      'a',
      'CONNECTION',
      'close, X-Hop',
      'x-hop',
      '1',
      'Proxy-Authorization',
      'secret',
      'TE',
      'trailers',
      'X-B',
      '2',
    ]
    expect(endToEnd(raw)).toEqual(['Host', 'a', 'X-B', '2'])
  })

  test('lets nobody name away what the message hangs on', () => {
    const raw = [
      'Connection',
      'Host, Content-Length, User-Agent, X-RefBot-Run',
      'Host',
      'a',
      'Content-Length',
      '5',
      'User-Agent',
      'u',
    ]
    expect(endToEnd(raw)).toEqual(raw.slice(2))
  })

  test('keeps order, case and repetition of all else', () => {
    const name = fc.constantFrom('Set-Cookie', 'set-cookie', 'X-A', 'Accept', 'Cookie')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (headers) => {
        expect(endToEnd(headers.flat())).toEqual(headers.flat())
      }),
    )
  })
})

describe('identified', () => {
  const mark = (raw: string[]) => identified(raw, 'run-1', 'RefBot/1.2')

  test('adds the product token to the user agent, once', () => {
    expect(mark(['User-Agent', 'Mozilla/5.0'])).toEqual([
      'User-Agent',
      'Mozilla/5.0 RefBot/1.2',
      'X-RefBot-Run',
      'run-1',
    ])
    expect(mark(['user-agent', 'x RefBot/1.2'])).toEqual(['user-agent', 'x RefBot/1.2', 'X-RefBot-Run', 'run-1'])
    expect(mark([])).toEqual(['User-Agent', 'RefBot/1.2', 'X-RefBot-Run', 'run-1'])
  })

  test('names the run once, whatever the page said', () => {
    const forged = ['X-REFBOT-RUN', 'other', 'x-refbot-run', 'another', 'User-Agent', 'u']
    expect(mark(forged)).toEqual(['User-Agent', 'u RefBot/1.2', 'X-RefBot-Run', 'run-1'])
  })
})

test('countHeader counts in any case', () => {
  expect(countHeader(['Host', 'a', 'HOST', 'b', 'X', 'host'], 'host')).toBe(2)
})
