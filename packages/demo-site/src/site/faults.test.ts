import { expect, it } from 'vitest'
import { isSiteFault, siteFaults } from './faults.ts'

it('every fault but none differs from the healthy site, and no two are alike', () => {
  const behaviours = Object.values(siteFaults).map(({ summary: _, ...behaviour }) => JSON.stringify(behaviour))
  expect(new Set(behaviours).size).toBe(behaviours.length)
})

it('knows its own names only', () => {
  expect(isSiteFault('wizard')).toBe(true)
  expect(isSiteFault('constructor')).toBe(false)
})
