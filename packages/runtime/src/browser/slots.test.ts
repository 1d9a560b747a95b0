import { expect, test } from 'vitest'
import { BROWSER_BYTES, LaunchSlots } from './slots.ts'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('one browser may always run, however little memory is free', async () => {
  const slots = new LaunchSlots({ max: () => undefined, freeBytes: () => 0 })
  using _slot = await slots.take()
  expect(slots.running).toBe(1)
})

test('more run while the memory has room for one more; those that come later wait in order', async () => {
  let free = 2 * BROWSER_BYTES
  const slots = new LaunchSlots({ max: () => undefined, freeBytes: () => free })
  const first = await slots.take()
  await slots.take()
  free = BROWSER_BYTES - 1
  const order: string[] = []
  void slots.take().then(() => order.push('third'))
  void slots.take().then(() => order.push('fourth'))
  await nextTurn()
  expect([slots.running, slots.waiting, order]).toEqual([2, 2, []])
  free = BROWSER_BYTES
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  await nextTurn()
  expect([slots.waiting, order]).toEqual([0, ['third', 'fourth']])
})

test('an operator’s number stands in place of the memory', async () => {
  const slots = new LaunchSlots({ max: () => 2, freeBytes: () => 0 })
  const first = await slots.take()
  await slots.take()
  const third = slots.take()
  await nextTurn()
  expect([slots.running, slots.waiting]).toEqual([2, 1])
  first[Symbol.dispose]()
  await third
  expect([slots.running, slots.waiting]).toEqual([2, 0])
})

test('a run that ends while it waits leaves the queue to the others', async () => {
  const slots = new LaunchSlots({ max: () => 1 })
  const first = await slots.take()
  const gone = new AbortController()
  const second = slots.take(gone.signal)
  const third = slots.take()
  gone.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  first[Symbol.dispose]()
  await third
  expect([slots.running, slots.waiting]).toEqual([1, 0])
})
