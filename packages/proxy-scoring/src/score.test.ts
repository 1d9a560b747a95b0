import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SCORE, type Evidence, fleetMean, scoreParts, wilsonLower } from './score.ts'

const mean = { success: 0.8, logLatency: Math.log(1000), reliability: 0.7 }
const none: Evidence = { successes: 0, samples: 0, logLatency: 0, longSuccesses: 0, longSamples: 0 }
const evidence = (successes: number, samples: number, latencyMs: number): Evidence => ({
  successes,
  samples,
  logLatency: successes * Math.log(latencyMs),
  longSuccesses: successes,
  longSamples: samples,
})

describe('a score', () => {
  it('is 40 % success, 30 % speed, 30 % reliability', () => {
    const parts = scoreParts(evidence(7, 10, 300), mean, DEFAULT_SCORE)
    expect(parts.success).toBeCloseTo((7 + 3 * 0.8) / 13, 12)
    const latency = Math.exp((7 * Math.log(300) + 3 * Math.log(1000)) / 10)
    expect(parts.speed).toBeCloseTo(Math.log(10_000 / latency) / Math.log(100), 12)
    // The interval of 7 in 10 at z = 1, by hand: (0.7 + 0.05 - sqrt(0.021 + 0.0025)) / 1.1.
    expect(parts.reliability).toBeCloseTo((0.75 - Math.sqrt(0.0235)) / 1.1, 12)
    expect(parts.score).toBeCloseTo(40 * parts.success + 30 * parts.speed + 30 * parts.reliability, 12)
  })

  it('takes a newcomer for an average member', () => {
    const { success, speed, reliability } = scoreParts(none, mean, DEFAULT_SCORE)
    expect(success).toBeCloseTo(0.8, 12)
    expect(speed).toBeCloseTo(0.5, 12)
    expect(reliability).toBe(0)
  })

  it.each([
    [50, 1],
    [100, 1],
    [1000, 0.5],
    [10_000, 0],
    [60_000, 0],
  ])('gives %i ms a speed of %d', (latencyMs, speed) => {
    const fast = { ...mean, logLatency: Math.log(latencyMs) }
    expect(scoreParts(evidence(5, 5, latencyMs), fast, DEFAULT_SCORE).speed).toBeCloseTo(speed, 12)
  })

  it('lies between 0 and 100, and never falls by a success or rises by a failure', () => {
    const count = fc.nat(500)
    fc.assert(
      fc.property(count, count, fc.double({ min: 1, max: 1e7, noNaN: true }), (successes, failures, latencyMs) => {
        const at = (s: number, f: number) =>
          scoreParts(evidence(s, s + f, latencyMs), { ...mean, logLatency: Math.log(latencyMs) }, DEFAULT_SCORE)
        const { score } = at(successes, failures)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(100)
        expect(at(successes + 1, failures).score).toBeGreaterThanOrEqual(score - 1e-9)
        expect(at(successes, failures + 1).score).toBeLessThanOrEqual(score + 1e-9)
      }),
    )
  })

  it('knows a fleet without evidence', () => {
    const start = fleetMean(none, 0, DEFAULT_SCORE)
    expect(start).toMatchObject({ success: 0.5, reliability: 0 })
    expect(Math.exp(start.logLatency)).toBeCloseTo(1000, 9)
  })

  it('trusts a longer record more', () => {
    expect(wilsonLower(0, 0)).toBe(0)
    expect(wilsonLower(9, 10)).toBeLessThan(wilsonLower(90, 100))
    expect(wilsonLower(90, 100)).toBeLessThan(0.9)
  })
})
