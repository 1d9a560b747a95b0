import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MinTree } from './min-tree.ts'

describe('a min tree', () => {
  it('finds a least key, whatever was set before', () => {
    const change = fc.tuple(fc.nat(40), fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(9)))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), fc.double({ min: 0, max: 0.99 }), (changes, coin) => {
        const tree = new MinTree(2)
        const keys = new Array<number>(41).fill(Number.POSITIVE_INFINITY)
        for (const [index, key] of changes) {
          tree.set(index, key)
          keys[index] = key
        }
        const least = Math.min(...keys)
        const found = tree.find(() => coin)
        if (least === Number.POSITIVE_INFINITY) expect(found).toBe(-1)
        else expect(keys[found]).toBe(least)
      }),
    )
  })

  it.each([2, 3, 5, 17])('gives each of %i equals the same part of the draws, wherever they stand', (equals) => {
    const tree = new MinTree(2)
    tree.set(40, 7)
    for (let i = 0; i < equals; i += 1) tree.set(2 * i, 1)
    const counts = new Map<number, number>()
    for (let i = 0; i < 1000; i += 1) {
      // One draw decides the whole way down: its remainders are as even as itself.
      let draw = (i + 0.5) / 1000
      const index = tree.find(() => {
        draw = (draw * 7919) % 1
        return draw
      })
      counts.set(index, (counts.get(index) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: equals }, (_, i) => 2 * i))
    for (const count of counts.values()) expect(Math.abs((count * equals) / 1000 - 1)).toBeLessThan(0.5)
  })
})
