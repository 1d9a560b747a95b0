import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines } from './deadlines.ts'

describe('deadlines', () => {
  it('come out in order, and not before they are due', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.nat(1000), (times, now) => {
        const deadlines = new Deadlines<number>()
        for (const at of times) deadlines.push(at, at)
        const out: number[] = []
        for (let at = deadlines.pop(now); at !== undefined; at = deadlines.pop(now)) out.push(at)
        expect(out).toEqual(times.filter((at) => at <= now).sort((a, b) => a - b))
        expect(deadlines.size).toBe(times.length - out.length)
      }),
    )
  })
})
