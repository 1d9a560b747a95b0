import { describe, expect, it } from 'vitest'
import { button, control, pageOf } from '../testing/control.ts'
import { type ControlDescription, signature } from './control.ts'
import { nextStep, type StepContext } from './next-step.ts'
import type { FieldKind } from './vocabulary.ts'

const name = control({ name: 'first_name' })
const email = control({ type: 'email', name: 'email' })
const password = control({ type: 'password', name: 'password' })

function after(
  given: readonly FieldKind[],
  sent: readonly ControlDescription[],
  lines: readonly string[] = [],
): StepContext {
  return { given: new Set(given), sent: new Set(sent.map(signature)), lines }
}

describe('a further step of a sign-up', () => {
  it.each<[string, readonly ControlDescription[], StepContext]>([
    ['asks for what is missing', [email, password, button('Continue')], after(['firstName'], [name])],
    [
      'counts its steps, with something new',
      [control({ name: 'phone' }), button('Next')],
      after(['email'], [email], ['Step 2 of 3']),
    ],
    [
      'counts its steps, with all there is given',
      [button('Create account')],
      after(['email', 'password'], [email, password], ['Schritt 3 von 3']),
    ],
  ])('%s', (_, controls, context) => {
    expect(nextStep(pageOf(controls), context)).toBeDefined()
  })
})

describe('not a further step', () => {
  it.each<[string, readonly ControlDescription[], StepContext]>([
    ['the same form again', [email, password, button('Continue')], after(['firstName'], [email, password])],
    ['a log-in', [control({ name: 'user' }), password, button('Log in')], after(['email'], [email])],
    [
      'what an app asks its new user',
      [control({ name: 'company' }), button('Save')],
      after(['email', 'password'], [email, password]),
    ],
    ['a newsletter', [email, button('Subscribe')], after(['email', 'password'], [name])],
    ['a search', [control({ type: 'search', name: 'q' }), button('Search')], after(['email'], [email])],
    ['fields without a button', [password], after(['email'], [email])],
  ])('%s', (_, controls, context) => {
    expect(nextStep(pageOf(controls), context)).toBeUndefined()
  })
})
