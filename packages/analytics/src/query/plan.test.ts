import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseTier, plan } from './plan.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const tiers = { closedUntil: 10 * day, rawSince: 9 * day, minutesSince: 5 * day, now: Number.POSITIVE_INFINITY }

describe('plan', () => {
  it('answers whole hours by hours, and the ends by minutes and raw samples', () => {
    const since = 9 * day + hour + minute / 2
    expect(plan(since, 10 * day + 1_000, '1h', tiers)).toEqual([
      { tier: 'raw', since, until: 9 * day + hour + minute },
      { tier: '1m', since: 9 * day + hour + minute, until: 9 * day + 2 * hour },
      { tier: '1h', since: 9 * day + 2 * hour, until: 10 * day },
      { tier: 'raw', since: 10 * day, until: 10 * day + 1_000 },
    ])
  })

  it('falls back to coarser tiers for what finer ones no longer hold', () => {
    expect(plan(4 * day + 5, 9.5 * day, 'raw', tiers)).toEqual([
      { tier: '1h', since: 4 * day, until: 5 * day },
      { tier: '1m', since: 5 * day, until: 9 * day },
      { tier: 'raw', since: 9 * day, until: 9.5 * day },
    ])
  })

  it('leaves no gap and no overlap after its first bucket, whatever is asked', () => {
    const time = fc.integer({ min: 0, max: 11 * day })
    const kept = fc.record({ closedUntil: time, rawSince: time, minutesSince: time }).map((t) => ({
      closedUntil: t.closedUntil,
      rawSince: t.rawSince,
      minutesSince: Math.min(t.rawSince, t.minutesSince),
      now: Number.POSITIVE_INFINITY,
    }))
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 1, max: 3 * day }),
        fc.constantFrom('raw', '1m', '1h'),
        kept,
        (from, length, tier, state) => {
          const segments = plan(from, from + length, tier, state)
          let at = from
          for (const [i, segment] of segments.entries()) {
            if (i === 0) expect(segment.since).toBeLessThanOrEqual(from)
            else expect(segment.since).toBe(at)
            at = segment.until
            if (segment.tier !== 'raw') expect(segment.until).toBeLessThanOrEqual(state.closedUntil)
          }
          expect(at).toBeGreaterThanOrEqual(from + length)
        },
      ),
    )
  })
})

describe('chooseTier', () => {
  it('takes rollups only for long ranges and steps that are whole buckets', () => {
    const choose = (days: number, stepMs: number) =>
      chooseTier({ since: 10 * day - days * day, until: 10 * day, stepMs }, tiers)
    expect(choose(0.05, minute)).toBe('raw')
    expect(choose(0.5, minute)).toBe('1m')
    expect(choose(0.5, 45_000)).toBe('raw')
    expect(choose(10, hour)).toBe('1h')
    expect(choose(10, 30 * minute)).toBe('1m')
    expect(choose(10, 10 * day)).toBe('1h')
  })
})
