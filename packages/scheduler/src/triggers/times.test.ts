import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRuns } from './next-runs.ts'

const NOW = Date.UTC(2026, 0, 1)

describe('an interval', () => {
  it('is aligned to its anchor, also to one long past or still to come', () => {
    expect(nextRuns({ type: 'interval', everyMs: 1000, anchor: NOW - 10_300 }, 2, NOW)).toEqual([NOW + 700, NOW + 1700])
    expect(nextRuns({ type: 'interval', everyMs: 1000, anchor: NOW + 5000 }, 2, NOW)).toEqual([NOW + 5000, NOW + 6000])
  })

  it('counts from the start where it has no anchor', () => {
    expect(nextRuns({ type: 'interval', everyMs: 250 }, 3, NOW)).toEqual([NOW + 250, NOW + 500, NOW + 750])
  })

  it('may be longer than a timer', () => {
    expect(nextRuns({ type: 'interval', everyMs: 2 ** 31 * 50 }, 2, NOW)).toEqual([
      NOW + 2 ** 31 * 50,
      NOW + 2 ** 31 * 100,
    ])
  })

  it('never drifts: every due time is a whole number of periods after the anchor, and the next one is', () => {
    const everyMs = fc.integer({ min: 1, max: 10_000_000_000 })
    const from = fc.integer({ min: 0, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(everyMs, from, from, (period, anchor, start) => {
        const [first, second] = nextRuns({ type: 'interval', everyMs: period, anchor }, 2, start)
        if (first === undefined || second === undefined) throw new Error('an interval has no end')
        expect(first).toBeGreaterThan(start)
        expect((first - anchor) % period).toBe(0)
        expect(first - period <= start || first === anchor).toBe(true)
        expect(second).toBe(first + period)
      }),
    )
  })
})

describe('one time', () => {
  it('comes once, and not again', () => {
    expect(nextRuns({ type: 'at', at: NOW }, 5, NOW - 1)).toEqual([NOW])
    expect(nextRuns({ type: 'at', at: NOW }, 5, NOW)).toEqual([NOW])
    expect(nextRuns({ type: 'at', at: NOW }, 5, NOW + 1)).toEqual([])
  })
})

describe('a start and an end', () => {
  it('cut a series: the start belongs to it, the end does not', () => {
    const bounds = { start: NOW + 2000, end: NOW + 5000 }
    expect(nextRuns({ type: 'interval', everyMs: 1000, ...bounds }, 9, NOW)).toEqual([
      NOW + 2000,
      NOW + 3000,
      NOW + 4000,
    ])
    const hours = { type: 'cron', expression: '0 * * * *', start: NOW + 3_600_000, end: NOW + 7_200_001 } as const
    expect(nextRuns(hours, 9, NOW)).toEqual([NOW + 3_600_000, NOW + 7_200_000])
  })
})
