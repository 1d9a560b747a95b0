import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validFields } from '../test-support.ts'
import { emptyFields, type FieldName } from './fields.ts'
import { hasErrors, normalise, passwordRules, validate } from './validate.ts'

it('has no message for a form that is filled in', () => {
  expect(validate(validFields)).toEqual({})
  expect(hasErrors({})).toBe(false)
})

it('names every empty field but the honeypot', () => {
  expect(Object.keys(validate(emptyFields))).toEqual([
    'firstName',
    'lastName',
    'email',
    'password',
    'passwordConfirmation',
    'country',
    'terms',
  ])
})

it('looks at the asked fields only', () => {
  expect(Object.keys(validate(emptyFields, ['country', 'firstName']))).toEqual(['firstName', 'country'])
})

describe('refuses', () => {
  const cases: readonly [FieldName, string, string][] = [
    ['firstName', 'x'.repeat(81), 'Use at most 80 characters.'],
    ['firstName', '<b>', 'Your first name has a character that we cannot store.'],
    ['lastName', 'a\u0000b', 'Your last name has a character that we cannot store.'],
    ['email', 'ada', 'Enter an e-mail address like name@example.com.'],
    ['email', 'ada@localhost', 'Enter an e-mail address like name@example.com.'],
    ['email', 'a@b@example.com', 'Enter an e-mail address like name@example.com.'],
    ['email', `${'a'.repeat(250)}@example.com`, 'Enter an e-mail address like name@example.com.'],
    ['password', 'Short1abc', passwordRules],
    ['password', 'nocapital1', passwordRules],
    ['password', 'NOSMALL123', passwordRules],
    ['password', 'NoDigitHere', passwordRules],
    ['password', `Aa1${'x'.repeat(126)}`, 'Use at most 128 characters.'],
    ['country', 'XX', 'Choose your country.'],
    ['website', 'https://example.com', 'This field must stay empty.'],
  ]
  it.each(cases)('%s %j', (field, value, message) => {
    expect(validate({ ...validFields, [field]: value })[field]).toBe(message)
  })

  it('a confirmation that differs', () => {
    expect(validate({ ...validFields, passwordConfirmation: 'Difference2' })).toEqual({
      passwordConfirmation: 'The two passwords differ.',
    })
  })
})

it('accepts every password that keeps the stated rules', () => {
  const kept = fc
    .tuple(fc.string({ minLength: 7, maxLength: 100 }), fc.constantFrom('A', 'Ä'), fc.constantFrom('z', 'ß'), fc.nat(9))
    .map(([rest, upper, lower, digit]) => `${rest}${upper}${lower}${digit}`)
  fc.assert(
    fc.property(kept, (password) => {
      expect(validate({ ...validFields, password, passwordConfirmation: password })).toEqual({})
    }),
  )
})

it('trims names and addresses, lowers addresses, and leaves passwords alone', () => {
  const fields = { ...validFields, firstName: ' Ada ', email: ' Ada@Example.COM ', password: ' Pass word 1 ' }
  expect(normalise(fields)).toMatchObject({ firstName: 'Ada', email: 'ada@example.com', password: ' Pass word 1 ' })
})
