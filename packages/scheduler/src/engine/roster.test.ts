import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Entry, Roster } from './roster.ts'

class Name implements Entry<Name> {
  readonly id: string
  previous: Name | undefined
  next: Name | undefined

  constructor(id: string) {
    this.id = id
  }
}

it('holds what was added and not deleted, in order, and finds each by its id', () => {
  const step = fc.record({ do: fc.constantFrom('add', 'delete', 'find'), n: fc.nat({ max: 9 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const names = Array.from({ length: 10 }, (_, n) => new Name(String(n)))
      const roster = new Roster<Name>()
      const inside = new Set<Name>()
      for (const { do: action, n } of steps) {
        const name = names[n]
        if (name === undefined) continue
        if (action === 'find') expect(roster.get(name.id)).toBe(inside.has(name) ? name : undefined)
        else if (action === 'delete') {
          roster.delete(name)
          inside.delete(name)
        } else if (!inside.has(name)) {
          roster.add(name)
          inside.add(name)
        }
        expect(roster.all()).toEqual([...inside])
      }
    }),
  )
})
