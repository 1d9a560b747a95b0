import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steadyReader, systemClock } from './clock.ts'

describe('steadyReader', () => {
  it('is never more than a tenth of a millisecond behind, whatever the wall clock does', () => {
    const steps = fc.array(
      fc.record({ passed: fc.double({ min: 0, max: 0.3, noNaN: true }), set: fc.constantFrom(0, 0, 0, -3_600_000, 5) }),
      { minLength: 1, maxLength: 50 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        let [monotonic, wall] = [1_000, 1.7e12]
        /** What the wall clock said in the last tenth of a millisecond. */
        let recent = [{ at: monotonic, wall: Math.floor(wall) }]
        const now = steadyReader(
          () => Math.floor(wall),
          () => monotonic,
        )
        for (const { passed, set } of list) {
          monotonic += passed
          wall += passed + set
          recent = [...recent.filter(({ at }) => monotonic - at < 0.1), { at: monotonic, wall: Math.floor(wall) }]
          expect(recent.map((reading) => reading.wall)).toContain(now())
        }
      }),
    )
  })

  it('reads the wall clock no more than once in that time', () => {
    let [monotonic, readings] = [0, 0]
    const now = steadyReader(
      () => {
        readings += 1
        return 7
      },
      () => monotonic,
    )
    for (let i = 0; i < 1_000; i += 1) {
      monotonic = i / 1_000
      expect(now()).toBe(7)
    }
    expect(readings).toBe(10)
  })
})

describe('systemClock', () => {
  it('tells the time of day', () => {
    const before = Date.now()
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(before - 1)
    expect(now).toBeLessThanOrEqual(Date.now())
    expect(Number.isInteger(now)).toBe(true)
  })
})
