import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wallOf } from '../spec/walk.ts'
import { Zone } from './zone.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Antarctica/Troll',
]
const instants = fc
  .integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2040, 0) / 1000 })
  .map((seconds) => seconds * 1000)

describe('a zone', () => {
  it('knows the wall time of every instant', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (name, instant) => {
        expect(instant + new Zone(name).offsetAt(instant)).toBe(wallOf(name, instant))
      }),
      { numRuns: 2000 },
    )
  })

  it('finds every instant by its wall time again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (name, instant) => {
        const zone = new Zone(name)
        const { first, second, gap } = zone.instantsOf(instant + zone.offsetAt(instant))
        expect(gap).toBe(false)
        expect([first, second]).toContain(instant)
      }),
      { numRuns: 2000 },
    )
  })

  it('knows a gap, an overlap and their ends to the second', () => {
    const berlin = new Zone('Europe/Berlin')
    expect(berlin.instantsOf(Date.UTC(2026, 2, 29, 2, 30))).toEqual({ first: Date.UTC(2026, 2, 29, 1), gap: true })
    expect(berlin.instantsOf(Date.UTC(2026, 2, 29, 1, 59, 59))).toEqual({
      first: Date.UTC(2026, 2, 29, 0, 59, 59),
      gap: false,
    })
    expect(berlin.instantsOf(Date.UTC(2026, 9, 25, 2, 0))).toEqual({
      first: Date.UTC(2026, 9, 25, 0),
      second: Date.UTC(2026, 9, 25, 1),
      gap: false,
    })
    expect(berlin.instantsOf(Date.UTC(2026, 9, 25, 3, 0))).toEqual({ first: Date.UTC(2026, 9, 25, 2), gap: false })
  })

  it.each(['', 'Europe/Atlantis', '__proto__', 'CET+1'])('%s is unknown', (name) => {
    expect(() => new Zone(name)).toThrow(expect.objectContaining({ code: 'UNKNOWN_TIME_ZONE' }))
  })
})
