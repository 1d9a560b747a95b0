import { describe, expect, it } from 'vitest'
import { makeIdentity } from '../identity/identity.ts'
import { control } from '../testing/control.ts'
import type { ControlDescription } from './control.ts'
import { valueFor } from './values.ts'
import type { FieldKind } from './vocabulary.ts'

const people = Array.from({ length: 20 }, (_, index) => makeIdentity({ seed: 'values', index, domain: 'example.com' }))
const [identity = makeIdentity({ seed: 'values', index: 0, domain: 'example.com' })] = people
const value = (kind: FieldKind, given: Partial<ControlDescription>) =>
  valueFor(control(given), kind, { ...identity, birthDate: { year: 1987, month: 3, day: 5 } }, 'secret')

describe('what is typed', () => {
  it('is no text in a field for numbers', () => {
    expect(value('phone', { type: 'number' })).toMatch(/^\d{10}$/)
    expect(value('street', { type: 'number' })).toBeUndefined()
    expect(value('birthYear', { type: 'number' })).toBe('1987')
  })

  it('is the number alone where the street has a field of its own for it', () => {
    expect(value('houseNumber', { type: 'number' })).toMatch(/^\d{1,3}$/)
  })

  it('has two digits for a day or a month where the field asks for two', () => {
    expect(value('birthDay', {})).toBe('5')
    expect(value('birthMonth', { placeholder: 'MM' })).toBe('03')
    expect(value('birthDay', { pattern: '[0-3][0-9]' })).toBe('05')
    expect(value('birthDay', { minLength: 2 })).toBe('05')
  })

  it('tells users apart in a short field, too', () => {
    const names = people.map((one) => valueFor(control({ maxLength: 8 }), 'username', one, ''))
    expect(new Set(names).size).toBe(people.length)
    expect(names.every((name) => /^[a-z][a-z\d]{7}$/.test(name ?? ''))).toBe(true)
  })

  it('is cut where a shorter one is one still, and none where it is not', () => {
    expect(value('firstName', { maxLength: 2 })).toBe(identity.firstName.slice(0, 2))
    expect(value('email', { maxLength: 5 })).toBeUndefined()
  })
})
