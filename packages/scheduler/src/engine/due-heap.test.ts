import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Due, DueHeap, TAKEN } from './due-heap.ts'

type Step =
  | { readonly type: 'set'; readonly entry: number; readonly fireAt: number }
  | { readonly type: 'delete'; readonly entry: number }

const entry = fc.integer({ min: 0, max: 19 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('set' as const), entry, fireAt: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ type: fc.constant('delete' as const), entry }),
)

describe('the heap of due times', () => {
  it('always shows the earliest, ties in order of arrival, whatever was put in, moved and taken out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new DueHeap<Due>()
        const entries = Array.from({ length: 20 }, (_, order): Due => ({ fireAt: 0, order, heapIndex: -1 }))
        const inside = new Set<Due>()
        for (const action of steps) {
          const due = entries[action.entry]
          if (due === undefined) continue
          if (action.type === 'set') {
            due.fireAt = action.fireAt
            heap.set(due)
            inside.add(due)
          } else {
            heap.delete(due)
            inside.delete(due)
          }
          const [first] = [...inside].sort((a, b) => a.fireAt - b.fireAt || a.order - b.order)
          expect(heap.peek()).toBe(first)
          expect(heap.size).toBe(inside.size)
        }
      }),
    )
  })

  it('gives out what is due, in order, whether that is little or nearly all, and keeps the rest in order', () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 })
    fc.assert(
      fc.property(times, fc.integer({ min: -1, max: 51 }), (fireAts, now) => {
        const heap = new DueHeap<Due>()
        const entries = fireAts.map((fireAt, order): Due => ({ fireAt, order, heapIndex: -1 }))
        for (const entry of [...entries].reverse()) heap.set(entry)
        const sorted = [...entries].sort((a, b) => a.fireAt - b.fireAt || a.order - b.order)
        const due = heap.takeDue(now)
        expect(due).toEqual(sorted.filter(({ fireAt }) => fireAt <= now))
        expect(due.every(({ heapIndex }) => heapIndex === TAKEN)).toBe(true)
        for (const entry of sorted.slice(due.length)) {
          expect(heap.peek()).toBe(entry)
          heap.delete(entry)
        }
        expect(heap.size).toBe(0)
      }),
    )
  })

  it('knows one that was given out no longer as such once it is set or deleted', () => {
    const heap = new DueHeap<Due>()
    const [a, b]: [Due, Due] = [
      { fireAt: 1, order: 0, heapIndex: -1 },
      { fireAt: 1, order: 1, heapIndex: -1 },
    ]
    heap.set(a)
    heap.set(b)
    expect(heap.takeDue(1)).toEqual([a, b])
    heap.set(a)
    heap.delete(b)
    expect([a.heapIndex, b.heapIndex]).toEqual([0, -1])
    expect(heap.takeDue(1)).toEqual([a])
  })
})
