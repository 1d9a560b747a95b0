import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SubmitLimiter, type SubmitLimits, stricter } from './limiter.ts'

const NOON = Date.UTC(2030, 0, 1, 12)
const MIDNIGHT = Date.UTC(2030, 0, 2)
const SITE = 'https://site.example'
const limits = (maxPerMinute: number | null, maxPerDay: number | null = null): SubmitLimits => ({
  maxPerMinute,
  maxPerDay,
})

describe('SubmitLimiter', () => {
  test('lets a minute’s worth through, then says when the next may come', () => {
    const limiter = new SubmitLimiter()
    expect(limiter.take(SITE, limits(2), NOON).allowed).toBe(true)
    expect(limiter.take(SITE, limits(2), NOON + 10_000).allowed).toBe(true)
    expect(limiter.take(SITE, limits(2), NOON + 20_000)).toEqual({
      allowed: false,
      rule: 'limit_minute',
      retryAfterMs: 40_000,
    })
    expect(limiter.take(SITE, limits(2), NOON + 59_999).allowed).toBe(false)
    expect(limiter.take(SITE, limits(2), NOON + 60_000).allowed).toBe(true)
  })

  test('counts a day from midnight to midnight UTC', () => {
    const limiter = new SubmitLimiter()
    expect(limiter.take(SITE, limits(null, 1), MIDNIGHT - 1000).allowed).toBe(true)
    expect(limiter.take(SITE, limits(null, 1), MIDNIGHT - 400)).toEqual({
      allowed: false,
      rule: 'limit_day',
      retryAfterMs: 400,
    })
    expect(limiter.take(SITE, limits(null, 1), MIDNIGHT).allowed).toBe(true)
  })

  test('counts origins apart, runs together, and nothing where there is no limit', () => {
    const limiter = new SubmitLimiter()
    expect(limiter.take(SITE, limits(1), NOON).allowed).toBe(true)
    expect(limiter.take('https://other.example', limits(1), NOON).allowed).toBe(true)
    expect(limiter.take(SITE, limits(1), NOON).allowed).toBe(false)
    expect(limiter.take('http://127.0.0.1', limits(null), NOON).allowed).toBe(true)
  })

  test('a day’s count survives a restart', () => {
    const before = new SubmitLimiter()
    const taken = [before.take(SITE, limits(null, 2), NOON), before.take(SITE, limits(null, 2), NOON)]
    const counted = taken.flatMap((each) => ('counted' in each ? (each.counted ?? []) : []))
    expect(counted.map(({ count }) => count)).toEqual([1, 2])
    const after = new SubmitLimiter(counted)
    expect(after.take(SITE, limits(null, 2), NOON + 1).allowed).toBe(false)
    expect(after.take(SITE, limits(null, 2), MIDNIGHT).allowed).toBe(true)
  })

  test('a clock that is set back does not block', () => {
    const limiter = new SubmitLimiter()
    limiter.take(SITE, limits(1), NOON + 3_600_000)
    expect(limiter.take(SITE, limits(1), NOON).allowed).toBe(true)
  })

  test('no 60 seconds ever hold more than the limit, and waiting as told is enough', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (waits, perMinute) => {
        const limiter = new SubmitLimiter()
        const passed: number[] = []
        let now = NOON
        for (const wait of waits) {
          now += wait
          const taken = limiter.take(SITE, limits(perMinute), now)
          if (!taken.allowed) {
            now += taken.retryAfterMs
            expect(limiter.take(SITE, limits(perMinute), now).allowed).toBe(true)
          }
          passed.push(now)
          expect(passed.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(perMinute)
        }
      }),
    )
  })
})

test('of two limits the stricter counts', () => {
  expect(stricter(limits(5, null), limits(3, 10))).toEqual(limits(3, 10))
  expect(stricter(limits(null, 7), limits(null, 9))).toEqual(limits(null, 7))
  expect(stricter(limits(null), limits(null))).toEqual(limits(null))
})
