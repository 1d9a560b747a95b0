import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

it('lets as many work at once as the limit says at that moment, in their order, failures or not', async () => {
  let limit = 2
  const turns = new Turns((working) => working < limit)
  const begun: number[] = []
  const works = Array.from({ length: 6 }, () => Promise.withResolvers<void>())
  const results = works.map(({ promise }, index) =>
    turns.take(() => {
      begun.push(index)
      return promise
    }),
  )
  expect(begun).toEqual([0, 1])
  works[1]?.reject(new Error('no browser'))
  await expect(results[1]).rejects.toThrow('no browser')
  expect(begun).toEqual([0, 1, 2])
  limit = 3
  works[0]?.resolve()
  await results[0]
  expect(begun).toEqual([0, 1, 2, 3, 4])
  limit = 1
  for (const work of works) work.resolve()
  await Promise.allSettled(results)
  expect(begun).toEqual([0, 1, 2, 3, 4, 5])
})

it('lets one leave the queue that need not work any more', async () => {
  const turns = new Turns((working) => working < 1)
  const first = Promise.withResolvers<void>()
  const working = turns.take(() => first.promise)
  const gone = new AbortController()
  const second = turns.take(async () => expect.unreachable(), gone.signal)
  gone.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  first.resolve()
  await working
  expect([turns.working, turns.waiting]).toEqual([0, 0])
})
