import { describe, expect, it } from 'vitest'
import { mixedOperations } from './testing/mixed-operations.ts'

describe('whatever is done to a scorer', () => {
  it('its invariants hold over mixed operations of every kind', { timeout: 120_000 }, () => {
    const { scorer, counts } = mixedOperations(150_000, 11)
    expect(counts.acquired).toBeGreaterThan(30_000)
    expect(counts.none).toBeGreaterThan(100)
    expect(scorer.leased).toBe(0)
    for (const score of scorer.scores()) expect(score.inflight).toBe(0)
  })

  it('a run repeats exactly with the same clock and random source', () => {
    const one = mixedOperations(20_000, 5)
    const other = mixedOperations(20_000, 5)
    expect(one.counts).toEqual(other.counts)
    expect(one.scorer.snapshot()).toEqual(other.scorer.snapshot())
  })
})
