import { expect, it } from 'vitest'
import { campaign } from './campaign.ts'

it('a loaded instance that is killed again and again loses no claim, runs nothing twice and leaves nothing behind', async () => {
  const { executions } = await campaign(2, Math.random)
  expect(executions).toBeGreaterThan(0)
}, 120_000)
