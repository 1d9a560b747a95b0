import { describe, expect, it } from 'vitest'
import { DayLimit } from './day-limit.ts'
import { inLanes, Pace } from './lanes.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('lanes', () => {
  async function run(
    lanes: number,
    count: number,
    work: (index: number) => Promise<void> = turn,
    stopAfter = Infinity,
  ) {
    const began: number[] = []
    let open = 0
    let most = 0
    const indexes = Array.from({ length: count }, (_, index) => index)
    const each = async (index: number) => {
      began.push(index)
      most = Math.max(most, ++open)
      await work(index)
      open--
    }
    await inLanes(lanes, indexes, each, () => began.length >= stopAfter)
    return { began, most, open }
  }

  it.each([
    [1, 1],
    [3, 3],
    [9, 5],
  ])('%i of them have at most %i of five under way, in order', async (lanes, most) => {
    expect(await run(lanes, 5)).toEqual({ began: [0, 1, 2, 3, 4], most, open: 0 })
  })

  it('begin no more once it is over', async () => {
    expect((await run(2, 9, turn, 3)).began).toEqual([0, 1, 2])
  })

  it('let what is under way come to its end when one breaks', async () => {
    let ended = false
    const work = async (index: number) => {
      if (index === 0) throw new Error('broken')
      await turn()
      ended = true
    }
    await expect(run(2, 9, work)).rejects.toThrow('broken')
    expect(ended).toBe(true)
  })
})

it('paces the beginnings of all lanes together', async () => {
  const slept: number[] = []
  const pace = new Pace({ pauseMs: 500, checkpoint: turn, sleep: async (ms) => void slept.push(ms) })
  await Promise.all([pace.begin(), pace.begin(), pace.begin()])
  expect(slept).toEqual([500, 500])
})

describe('the limit of a day', () => {
  const storage = () => {
    const values = new Map<string, unknown>()
    return {
      get: async (key: string) => values.get(key) as never,
      compareAndSet: async (key: string, expected: unknown, value: unknown) => {
        await turn()
        if (JSON.stringify(values.get(key)) !== JSON.stringify(expected)) return false
        values.set(key, value)
        return true
      },
    } as never
  }

  it('counts over all runs and lanes, and starts afresh at midnight UTC', async () => {
    let now = Date.UTC(2026, 0, 1, 23, 59)
    const shared = storage()
    const limit = () => new DayLimit(shared, { origin: 'https://a.example', maxPerDay: 3 }, () => now)
    const taken = await Promise.all([limit(), limit(), limit(), limit()].map((each) => each.take()))
    expect(taken.filter(Boolean)).toHaveLength(3)
    expect(await limit().left()).toBe(0)
    now += 60_000
    expect(await limit().left()).toBe(3)
  })

  it('is none where the owner set none', async () => {
    const limit = new DayLimit(storage(), { origin: 'https://a.example' }, () => 0)
    expect([await limit.take(), await limit.left()]).toEqual([true, Infinity])
  })
})
