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

  it('leaves the choice among equals to the coin', () => {
    const tree = new MinTree(2)
    tree.set(0, 1)
    tree.set(1, 1)
    expect([tree.find(() => 0), tree.find(() => 0.9)]).toEqual([1, 0])
  })
})
