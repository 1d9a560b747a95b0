import { describe, expect, it } from 'vitest'
import { campaign } from './campaign.ts'

const INSTANCES = 8
const KILLS = 25

describe(`${INSTANCES * KILLS} kills of a loaded instance`, () => {
  it.each(Array.from({ length: INSTANCES }, (_, n) => n + 1))(
    'lose nothing, run nothing twice, leave nothing behind: instance %i',
    async () => {
      const figures = await campaign(KILLS, Math.random)
      process.stdout.write(`${JSON.stringify(figures)}\n`)
      expect(figures.cutOff).toBeGreaterThan(0)
      expect(figures.processes).toBeGreaterThan(0)
    },
    7_200_000,
  )
})
