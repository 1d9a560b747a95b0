import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { control } from '../testing/control.ts'
import { makePassword, passwordRules } from './password.ts'

describe('stated rules, the usual length where they leave room for it', () => {
  const usual = { min: 12, max: 20, special: '!' }

  it.each<[string, Parameters<typeof control>[0], Partial<typeof usual>]>([
    ['nothing', {}, usual],
    ['minlength', { minLength: 16 }, { min: 16 }],
    ['a short minlength', { minLength: 6 }, { min: 12 }],
    ['maxlength', { maxLength: 10 }, { min: 10, max: 10 }],
    ['passwordrules', { passwordRules: 'minlength: 14; required: upper; allowed: [-.]' }, { min: 14, special: '-.' }],
    ['words', { hint: 'At least 15 characters with a digit' }, { min: 15 }],
    ['German words', { hint: 'Mindestens 14 Zeichen' }, { min: 14 }],
    ['French words', { hint: '14 caractères minimum' }, { min: 14 }],
    ['a range in words', { hint: 'Use 6 to 8 characters' }, { min: 8, max: 8 }],
    ['a range with a dash', { label: 'Password (8-10 characters)' }, { min: 10, max: 10 }],
    ['no special characters', { hint: 'Only letters and numbers' }, { special: '' }],
    ['no special characters, in German', { hint: 'Keine Sonderzeichen' }, { special: '' }],
    ['a pattern', { pattern: '[A-Za-z0-9]{8,12}' }, { min: 12, max: 12, special: '' }],
    [
      'a pattern that lists special characters',
      { pattern: '(?=.*[A-Za-z])(?=.*\\d)(?=.*[@$%*?&])[A-Za-z\\d@$%*?&]{8,}' },
      { min: 12, special: '@$%&*?' },
    ],
    ['special characters in words', { hint: 'Use at least one special character (@ $ % &)' }, { special: '@$%&' }],
    ['the usual one among them', { hint: 'At least 1 symbol: @#!%' }, { special: '!' }],
    ['a range in Swedish', { hint: '6 till 8 tecken' }, { min: 8, max: 8 }],
    ['a pattern with lookaheads', { pattern: '(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,}' }, { min: 12 }],
  ])('%s', (_, given, expected) => {
    expect(passwordRules(control(given))).toMatchObject(expected)
  })
})

describe('passwords', () => {
  it('keep to their rules, and have all that sites ask for', () => {
    const rules = fc.record({
      min: fc.integer({ min: 6, max: 24 }),
      more: fc.integer({ min: 0, max: 20 }),
      special: fc.constantFrom('', '-', '@$%&'),
    })
    fc.assert(
      fc.property(rules, fc.infiniteStream(fc.nat()), ({ min, more, special }, stream) => {
        const password = makePassword({ min, max: min + more, special }, (below) => (stream.next().value ?? 0) % below)
        expect(password.length).toBeGreaterThanOrEqual(min)
        expect(password.length).toBeLessThanOrEqual(min + more)
        expect(password).toMatch(/^[A-Z].*/)
        expect(password).toMatch(/[a-z]/)
        expect(password).toMatch(/\d/)
        expect([...password].filter((char) => !/[A-Za-z0-9]/.test(char))).toHaveLength(special === '' ? 0 : 1)
      }),
    )
  })
})
