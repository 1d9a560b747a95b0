import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlidingWindow } from './sliding-window.ts'

describe('a sliding window', () => {
  it('counts all that is younger than nine tenths of it, and nothing that is older than the whole', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(400))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.nat(2000), (steps, later) => {
        const window = new SlidingWindow(1000)
        const seen: { ok: boolean; at: number }[] = []
        let now = 5000
        for (const [ok, wait] of steps) {
          now += wait
          window.add(ok, now)
          seen.push({ ok, at: now })
        }
        now += later
        const { successes, failures } = window.counts(now)
        const within = (ms: number, ok: boolean) => seen.filter((one) => one.ok === ok && now - one.at < ms).length
        expect(successes).toBeGreaterThanOrEqual(within(900, true))
        expect(successes).toBeLessThanOrEqual(within(1000, true))
        expect(failures).toBeGreaterThanOrEqual(within(900, false))
        expect(failures).toBeLessThanOrEqual(within(1000, false))
      }),
    )
  })

  it('can be filled with what another held, in proportion where it is too much', () => {
    const window = new SlidingWindow(1000)
    window.fill({ successes: 3, failures: 2 }, 5000)
    expect(window.counts(5000)).toEqual({ successes: 3, failures: 2 })
    const full = new SlidingWindow(1000)
    full.fill({ successes: 66_000, failures: 40_000 }, 5000)
    const { successes, failures } = full.counts(5000)
    expect(failures / (successes + failures)).toBeCloseTo(40 / 106, 4)
    full.add(false, 5000)
    expect(full.counts(7000)).toEqual({ successes: 0, failures: 0 })
  })

  it('keeps the ratio when a bucket is full', () => {
    const window = new SlidingWindow(1000)
    for (let i = 0; i < 200_000; i += 1) window.add(i % 4 !== 0, 0)
    const { successes, failures } = window.counts(0)
    expect(failures / (successes + failures)).toBeCloseTo(0.25, 2)
    expect(successes).toBeLessThan(2 ** 15)
  })
})
