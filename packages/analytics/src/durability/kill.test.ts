import { describe, expect, it } from 'vitest'
import { metricStoreContract } from '../testing/index.ts'
import { killCampaign } from './campaign.ts'
import { TestSqliteStore } from './sqlite-store.ts'

metricStoreContract('a store on SQLite', async () => new TestSqliteStore(':memory:'), { describe, it, expect })

describe('a recording process that is killed again and again', () => {
  it('loses nothing that was flushed, and nothing is there twice', async () => {
    let draws = 0
    const random = (): number => {
      draws += 1
      return (draws * 0.6180339887498949) % 1
    }
    const last = 9_999
    const result = await killCampaign(last, 4, random)
    expect(result).toMatchObject({ acknowledged: last, stored: last + 1, different: last + 1, counted: last + 1 })
    expect(result.kills).toBeGreaterThan(1)
  }, 60_000)
})
