import { expect, test } from 'vitest'
import { PageSlots } from './page-slots.ts'

const ORIGIN = 'https://shop.test'
const ask = (runId: string, limit: number | null, signal?: AbortSignal) => ({
  ...{ origin: ORIGIN, runId, limit },
  ...(signal === undefined ? {} : { signal }),
})
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('without a limit nobody waits, and what was opened is counted', async () => {
  const slots = new PageSlots()
  const first = await slots.take(ask('a', null))
  await slots.take(ask('a', null))
  expect([slots.openOn(ORIGIN), slots.origins()]).toEqual([2, [ORIGIN]])
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  expect(slots.openOn(ORIGIN)).toBe(1)
})

test('runs wait for each other in order, origins apart', async () => {
  const slots = new PageSlots()
  const first = await slots.take(ask('a', 1))
  const order: string[] = []
  const second = slots.take(ask('b', 1)).then((slot) => {
    order.push('b')
    return slot
  })
  void slots.take(ask('c', 1)).then(() => order.push('c'))
  await slots.take({ ...ask('b', 1), origin: 'https://other.test' })
  await nextTurn()
  expect([order, slots.waitingFor(ORIGIN)]).toEqual([[], 2])
  first[Symbol.dispose]()
  ;(await second)[Symbol.dispose]()
  await nextTurn()
  expect([order, slots.openOn(ORIGIN), slots.waitingFor(ORIGIN)]).toEqual([['b', 'c'], 1, 0])
})

test('a run that holds a page is told at once instead of waiting for itself', async () => {
  const slots = new PageSlots()
  await slots.take(ask('a', 1))
  await expect(slots.take(ask('a', 1))).rejects.toMatchObject({ code: 'ORIGIN_CONCURRENCY' })
  expect(slots.waitingFor(ORIGIN)).toBe(0)
})

test('runs whose pages would wait for each other are told, however many there are of them', async () => {
  const slots = new PageSlots()
  const take = (runId: string, origin: string) => slots.take({ ...ask(runId, 1), origin })
  await take('a', 'https://one.test')
  await take('b', 'https://two.test')
  const last = await take('c', 'https://three.test')
  const waits = [take('a', 'https://two.test'), take('b', 'https://three.test')]
  await expect(take('c', 'https://one.test')).rejects.toMatchObject({ code: 'ORIGIN_CONCURRENCY' })
  // Whoever holds nothing that the others need waits as ever.
  const patient = take('d', 'https://one.test')
  last[Symbol.dispose]()
  ;(await waits[1])?.[Symbol.dispose]()
  expect([slots.waitingFor('https://two.test'), slots.waitingFor('https://one.test')]).toEqual([1, 1])
  void patient
})

test('a run waits as long as one of those before it may still be done', async () => {
  const slots = new PageSlots()
  const take = (runId: string, origin: string, limit: number) => slots.take({ ...ask(runId, limit), origin })
  await take('a', 'https://one.test', 1)
  await take('b', 'https://two.test', 2)
  const free = await take('c', 'https://two.test', 2)
  void take('b', 'https://one.test', 1)
  const waiting = take('a', 'https://two.test', 2)
  free[Symbol.dispose]()
  await waiting
  expect(slots.openOn('https://two.test')).toBe(2)
})

test('a run that ends while it waits leaves its place to the next', async () => {
  const slots = new PageSlots()
  const first = await slots.take(ask('a', 1))
  const gone = new AbortController()
  const second = slots.take(ask('b', 1, gone.signal))
  const third = slots.take(ask('c', 1))
  gone.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  first[Symbol.dispose]()
  await third
  expect(slots.openOn(ORIGIN)).toBe(1)
})
