import { describe, expect, it } from 'vitest'
import { button, control, pageOf } from '../testing/control.ts'
import type { ControlDescription } from './control.ts'
import { chooseForm, chooseSubmit } from './form.ts'

const email = (form: number) => control({ form, type: 'email', name: 'email' })
const password = (form: number, given: Partial<ControlDescription> = {}) =>
  control({ form, type: 'password', name: 'password', ...given })

describe('the sign-up form of a page', () => {
  it.each<[string, ControlDescription[], number | undefined]>([
    ['a log-in alone is none', [email(0), password(0), button('Log in')], undefined],
    [
      'a log-in by its token is none',
      [email(0), password(0, { autocomplete: 'current-password' }), button('Go on')],
      undefined,
    ],
    ['a search is none', [control({ type: 'search', name: 'q' }), button('Search')], undefined],
    [
      'a log-in beside a sign-up',
      [email(0), password(0), button('Sign in'), email(1), password(1), button('Sign up', { form: 1 })],
      1,
    ],
    [
      'a newsletter beside a sign-up',
      [email(0), button('Subscribe'), email(1), password(1), button('Register', { form: 1 })],
      1,
    ],
    ['a name and an address', [control({ name: 'first_name' }), email(0), button('Submit')], 0],
    ['controls outside of every form', [email(-1), password(-1), button('Create account', { form: -1 })], -1],
    [
      'a user name, a password and its repetition',
      [control({ name: 'user' }), password(0), password(0, { name: 'pw2' }), button('OK')],
      0,
    ],
  ])('%s', (_, controls, expected) => {
    expect(chooseForm(pageOf(controls))?.index).toBe(expected)
  })

  it('may ask for the name alone, where the page says what it is for', () => {
    const controls = [control({ name: 'first_name' }), control({ name: 'last_name' }), button('Continue')]
    const forms = [{ index: 0, id: '', name: '', action: '', heading: 'Create your account' }]
    expect(chooseForm(pageOf(controls, { forms }))?.index).toBe(0)
    expect(chooseForm(pageOf(controls))).toBeUndefined()
  })
})

describe('the button that sends it', () => {
  it.each<[string, ControlDescription[], string | undefined]>([
    [
      'says what it does',
      [
        button('Show password', { type: 'button' }),
        button('Sign up with Google'),
        button('Create account'),
        button('Cancel'),
      ],
      'Create account',
    ],
    ['is the last one where none does', [button('A'), button('B')], 'B'],
    [
      'may be no submit button by its type',
      [button('Show', { type: 'button' }), button('Weiter', { type: 'button' })],
      'Weiter',
    ],
    [
      'is the configured one',
      [button('Create account'), button('Odd one', { type: 'button', explicit: ['submitSelector'] })],
      'Odd one',
    ],
    ['is not there', [button('Show', { type: 'button' })], undefined],
  ])('%s', (_, controls, label) => {
    expect(chooseSubmit(controls)?.label).toBe(label)
  })
})

it('sends the form and not the page around it', () => {
  const outside = { form: -1 }
  const controls = [
    button('Sign up', outside),
    email(-1),
    password(-1),
    button("Let's go", outside),
    button('Log in', outside),
  ]
  expect(chooseForm(pageOf(controls))?.submit?.label).toBe("Let's go")
  const named = [button('Sign up', outside), email(-1), password(-1), button('Sign up', outside)]
  expect(chooseForm(pageOf(named))?.submit?.index).toBe(3)
})
