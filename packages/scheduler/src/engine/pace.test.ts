import { expect, it } from 'vitest'
import { Pace } from './pace.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('lets so many pass a turn, the rest in order in the turns after it', async () => {
  const pace = new Pace(() => 3)
  const passed: number[] = []
  for (let n = 0; n < 8; n++) void Promise.resolve(pace.pass()).then(() => passed.push(n))
  await Promise.resolve()
  expect(passed).toEqual([0, 1, 2])
  await turn()
  expect(passed).toEqual([0, 1, 2, 3, 4, 5])
  await turn()
  expect(passed).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

it('lets latecomers wait behind those that wait already', async () => {
  const pace = new Pace(() => 1)
  const passed: string[] = []
  for (const name of ['a', 'b']) void Promise.resolve(pace.pass()).then(() => passed.push(name))
  await turn()
  void Promise.resolve(pace.pass()).then(() => passed.push('late'))
  await turn()
  await turn()
  expect(passed).toEqual(['a', 'b', 'late'])
})
