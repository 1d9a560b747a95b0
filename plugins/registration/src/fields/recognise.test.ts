import { describe, expect, it } from 'vitest'
import { control, pageOf } from '../testing/control.ts'
import type { ControlDescription } from './control.ts'
import { recogniseAll } from './recognise.ts'

const kinds = (...given: Partial<ControlDescription>[]) =>
  recogniseAll(pageOf(given.map((one) => control(one))).controls).map(({ kind }) => kind)

describe('a form as a whole', () => {
  it('takes the second of two passwords or addresses for the repetition', () => {
    expect(kinds({ type: 'email' }, { type: 'email' }, { type: 'password' }, { type: 'password' })).toEqual([
      'email',
      'emailConfirm',
      'password',
      'passwordConfirm',
    ])
  })

  it('gives a kind to the control with the strongest evidence', () => {
    const found = recogniseAll(
      pageOf([control({ label: 'Email me at' }), control({ type: 'email', name: 'contact' })]).controls,
    )
    expect(found.find(({ kind }) => kind === 'email')?.control.name).toBe('contact')
  })

  it.each([
    ['beside a given name', ['Vorname', 'Name'], ['firstName', 'lastName']],
    ['beside a family name', ['Name', 'Nachname'], ['firstName', 'lastName']],
    ['alone', ['Name'], ['fullName']],
  ])('reads "Name" %s', (_, labels, expected) => {
    expect(kinds(...labels.map((label) => ({ label })))).toEqual(expected)
  })

  it('takes a lone "repeat your e-mail" for the e-mail', () => {
    expect(kinds({ label: 'Confirm email' })).toEqual(['email'])
  })

  it('takes the first for the password where both look like its repetition', () => {
    const both = [{ id: 'wpPassword2' }, { name: 'retype' }].map((one) => ({ type: 'password', ...one }))
    expect(kinds(...both)).toEqual(['password', 'passwordConfirm'])
  })
})

describe('position, the last evidence', () => {
  const silent = {}
  it.each([
    ['one before the e-mail', [silent, { type: 'email' }], ['firstName', 'email']],
    ['two before the e-mail', [silent, silent, { type: 'email' }], ['firstName', 'lastName', 'email']],
    ['one before the password', [silent, { type: 'password' }], ['email', 'password']],
    [
      'three before the password',
      [silent, silent, silent, { type: 'password' }],
      ['firstName', 'lastName', 'email', 'password'],
    ],
  ])('%s', (_, given, expected) => {
    expect(kinds(...given)).toEqual(expected)
  })

  it('is not used for fields that say something unknown', () => {
    expect(kinds({ label: 'Membership number' }, { type: 'email' })).toEqual(['email'])
  })

  it('is not used where it would be a guess among many', () => {
    expect(kinds(silent, silent, silent, silent, { type: 'email' })).toEqual(['email'])
  })
})
