import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortByTime } from './sort-by-time.ts'

it('sorts by time, and keeps the order of samples of the same time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (list) => {
      const times = Float64Array.from(list)
      const values = Float64Array.from(list, (_, i) => i)
      sortByTime(times, values)
      const expected = list.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at)
      expect([...times]).toEqual(expected.map(({ at }) => at))
      expect([...values]).toEqual(expected.map(({ i }) => i))
    }),
  )
})
