import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SampleBudget, SampleRing } from './ring.ts'

interface Sample {
  readonly at: number
  readonly value: number
}

const samples = fc.array(fc.record({ at: fc.nat(100), value: fc.integer() }), { maxLength: 80 })

function fill(list: readonly Sample[], limit: number): SampleRing {
  const ring = new SampleRing(limit, new SampleBudget(1e6))
  for (const { at, value } of list) {
    if (ring.written >= ring.capacity) ring.grow()
    ring.push(at, value)
  }
  return ring
}

describe('SampleRing', () => {
  it('holds the newest samples, in the order of their arrival', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(8, 16, 64), (list, limit) => {
        const ring = fill(list, limit)
        const held: Sample[] = []
        for (let i = ring.first; i < ring.written; i += 1) held.push({ at: ring.timeAt(i), value: ring.valueAt(i) })
        expect(held).toEqual(list.slice(-limit))
        expect(ring.maxAt).toBe(Math.max(...list.map(({ at }) => at)))
        expect(ring.ordered).toBe(list.every(({ at }, i) => i === 0 || at >= (list[i - 1]?.at ?? 0)))
        const copy = { times: new Float64Array(held.length), values: new Float64Array(held.length) }
        ring.copyTo(copy.times, copy.values, ring.first)
        expect([...copy.times]).toEqual(held.map(({ at }) => at))
        expect([...copy.values]).toEqual(held.map(({ value }) => value))
      }),
    )
  })

  it('skips no sample of a window, whatever the order of times', () => {
    fc.assert(
      fc.property(samples, fc.nat(100), fc.constantFrom(8, 64), (list, after, limit) => {
        const ring = fill(list, limit)
        const start = ring.lowerBound(after)
        for (let i = ring.first; i < start; i += 1) expect(ring.timeAt(i)).toBeLessThanOrEqual(after)
        const lost = list.slice(0, -limit).filter(({ at }) => at > after)
        if (ring.covers(after)) expect(lost).toEqual([])
      }),
    )
  })

  it('grows no further than its limit and the budget that it shares', () => {
    const budget = new SampleBudget(40)
    const [a, b] = [new SampleRing(16, budget), new SampleRing(1_024, budget)]
    expect([a.grow(), a.grow()]).toEqual([true, false])
    expect([b.grow(), b.grow()]).toEqual([true, false])
    expect(budget.used).toBe(32)
    a.release()
    expect(b.grow()).toBe(true)
    b.release()
    expect(budget.used).toBe(0)
  })
})
