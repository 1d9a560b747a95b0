import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { burst, burstReader, steadyReader, systemClock } from './clock.ts'

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

describe('burstReader', () => {
  /** A clock that takes a step before each call, and a loop whose turns end when the test says so. */
  function setUp() {
    const state = { now: 1_000, readings: 0 }
    const resets: (() => void)[] = []
    const read = burstReader(
      () => {
        state.readings += 1
        return state.now
      },
      () => state.now,
      (reset) => resets.push(reset),
    )
    const turn = (): void => {
      for (const reset of resets.splice(0)) reset()
    }
    return { state, read, turn }
  }

  it('reads the time once for sixteen calls in quick succession', () => {
    const { state, read } = setUp()
    for (let i = 0; i < 1_600; i += 1) {
      state.now += 0.001
      expect(state.now - read()).toBeLessThan(0.001 * burst)
    }
    expect(state.readings).toBeLessThan(110)
  })

  it('reads it for each call that comes after a pause of its own', () => {
    const { state, read } = setUp()
    for (let i = 0; i < 100; i += 1) {
      state.now += 5
      expect(read()).toBe(state.now)
    }
  })

  it('begins anew with each turn of the loop, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }), (calls) => {
        const { state, read, turn } = setUp()
        for (const count of calls) {
          for (let i = 0; i < count; i += 1) read()
          turn()
          state.now += 1_000
          expect(read()).toBe(state.now)
        }
      }),
    )
  })
})

describe('systemClock', () => {
  it('gives a sample that comes after an await its own time', async () => {
    for (let i = 0; i < 200; i += 1) systemClock.quickNow?.()
    await new Promise((resolve) => setImmediate(resolve))
    const before = Date.now()
    expect(systemClock.quickNow?.()).toBeGreaterThanOrEqual(before - 1)
  })

  it('tells the time of day', () => {
    const before = Date.now()
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(before - 1)
    expect(now).toBeLessThanOrEqual(Date.now())
    expect(Number.isInteger(now)).toBe(true)
  })
})
