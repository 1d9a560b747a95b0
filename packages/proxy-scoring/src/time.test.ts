import { describe, expect, it } from 'vitest'
import { ManualClock } from './testing/manual-clock.ts'
import { SteadyClock } from './time.ts'

describe('a steady clock', () => {
  it('goes on from where it was when its source is set back', () => {
    const source = new ManualClock(10_000)
    const clock = new SteadyClock(source)
    source.advance(500)
    expect(clock.now()).toBe(10_500)
    source.time = 2000
    expect(clock.now()).toBe(10_500)
    source.advance(100)
    expect(clock.now()).toBe(10_600)
    expect(clock.toSource(10_600)).toBe(2100)
  })

  it('stands still on a broken reading', () => {
    const source = new ManualClock(10_000)
    const clock = new SteadyClock(source)
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      source.time = broken
      expect(clock.now()).toBe(10_000)
    }
  })
})
