import { expect, it } from 'vitest'
import { killCampaign } from './campaign.ts'

it('two million samples under some two hundred kills: nothing flushed is lost, nothing is there twice', async () => {
  const last = 1_999_999
  const result = await killCampaign(last, 15, Math.random)
  expect(result).toMatchObject({ acknowledged: last, stored: last + 1, different: last + 1, counted: last + 1 })
  expect(result.kills).toBeGreaterThan(100)
  // A restart of each process is most of it: 3 minutes on a machine of its own, many times that on a busy one.
}, 3_600_000)
