import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Due, DueHeap } from './due-heap.ts'

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
})
