import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SumTree } from './sum-tree.ts'

const change = fc.tuple(fc.nat(60), fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e6, noNaN: true })))

function build(changes: readonly (readonly [number, number])[]) {
  const tree = new SumTree(2)
  const plain: number[] = []
  for (const [index, weight] of changes) {
    tree.set(index, weight)
    plain[index] = weight
  }
  const weights = Array.from({ length: 64 }, (_, i) => plain[i] ?? 0)
  return { tree, weights, sum: weights.reduce((a, b) => a + b, 0) }
}

describe('a sum tree', () => {
  it('holds the weights and their sum, in whatever order they were set', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const { tree, weights, sum } = build(changes)
        expect(weights.map((_, i) => tree.get(i))).toEqual(weights)
        expect(tree.total).toBeCloseTo(sum, 3)
      }),
    )
  })

  it('finds the index whose part holds a place, and never one of weight 0', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), (changes, part) => {
        const { tree, weights, sum } = build(changes)
        const index = tree.find(part * tree.total)
        if (sum === 0) {
          expect(index).toBe(-1)
          return
        }
        expect(weights[index]).toBeGreaterThan(0)
        const before = weights.slice(0, index).reduce((a, b) => a + b, 0)
        expect(tree.prefix).toBeCloseTo(before, 3)
        const slack = 1e-9 * sum
        expect(part * sum).toBeGreaterThanOrEqual(before - slack)
        expect(part * sum).toBeLessThanOrEqual(before + (weights[index] ?? 0) + slack)
      }),
    )
  })

  it('goes on to the next index with a weight, once round', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), fc.nat(63), (changes, from) => {
        const { tree, weights } = build(changes)
        const round = [...weights.keys()].map((i) => (from + i) % weights.length)
        expect(tree.next(from)).toBe(round.find((i) => (weights[i] ?? 0) > 0) ?? -1)
      }),
    )
  })

  it('draws in proportion', () => {
    const { tree } = build([
      [0, 1],
      [1, 2],
      [3, 5],
    ])
    const drawn = [0, 0, 0, 0]
    for (let i = 0; i < 800; i += 1) {
      const index = tree.find((i / 800) * tree.total)
      drawn[index] = (drawn[index] ?? 0) + 1
    }
    expect(drawn).toEqual([100, 200, 0, 500])
  })
})
