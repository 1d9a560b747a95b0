import { expect, it } from 'vitest'
import { mixedOperations } from './testing/mixed-operations.ts'

it.each([11, 12, 13])('its invariants hold over a million mixed operations (seed %i)', (seed) => {
  const { scorer, counts } = mixedOperations(1_000_000, seed)
  expect(counts.acquired).toBeGreaterThan(200_000)
  expect(counts.none).toBeGreaterThan(100)
  expect(scorer.leased).toBe(0)
  for (const score of scorer.scores()) expect(score.inflight).toBe(0)
})
