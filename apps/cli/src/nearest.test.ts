import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance, nearest } from './nearest.ts'

describe('the distance between two words', () => {
  it('is 0 for the same word, the same both ways, and never more than the longer one', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, a)).toBe(0)
        expect(distance(a, b)).toBe(distance(b, a))
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(distance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
      }),
    )
  })

  it('counts an insertion, a deletion, a replacement and a swap as one each', () => {
    for (const [a, b] of [
      ['list', 'lists'],
      ['list', 'lit'],
      ['list', 'lost'],
      ['list', 'lsit'],
    ] as const)
      expect(distance(a, b)).toBe(1)
  })
})

it('suggests what is near, and nothing where all is far', () => {
  expect(nearest('plugn', ['plugin', 'proxies'])).toBe('plugin')
  expect(nearest('--jsn', ['--json', '--debug'])).toBe('--json')
  expect(nearest('xyz', ['plugin', 'proxies'])).toBeUndefined()
})
