import { describe, expect, it } from 'vitest'
import { makeIdentity } from '../identity/identity.ts'
import { button, control, pageOf } from '../testing/control.ts'
import type { ControlDescription, ControlOption } from './control.ts'
import { chooseForm } from './form.ts'
import { describeUnmapped, planFill } from './plan.ts'

const identity = makeIdentity({ seed: 'plan', index: 0, domain: 'example.com' })
const options = (...texts: string[]): ControlOption[] => texts.map((text) => ({ text, value: text, disabled: false }))

function plan(...given: Partial<ControlDescription>[]) {
  const controls = [control({ type: 'email', name: 'email' }), ...given.map((one) => control(one)), button('Sign up')]
  const form = chooseForm(pageOf(controls))
  if (form === undefined) throw new Error('There is no form.')
  return planFill(form, identity, 'secret')
}

const filled = (...given: Partial<ControlDescription>[]) =>
  Object.fromEntries(plan(...given).fields.map(({ kind, action }) => [kind, 'value' in action ? action.value : true]))

describe('what is filled in', () => {
  it('is the core of a sign-up, required or not', () => {
    expect(filled({ name: 'first_name' }, { name: 'phone' }, { name: 'x', required: true, label: 'City' })).toEqual({
      email: identity.email,
      firstName: identity.firstName,
      city: identity.city,
    })
  })

  it('is all that is understood where nothing is marked as required', () => {
    expect(filled({ name: 'first_name' }, { name: 'phone' })).toHaveProperty('phone')
  })

  it('is neither a website nor a newsletter, unless the form insists', () => {
    const asks = [{ name: 'website' }, { type: 'checkbox', name: 'newsletter' }]
    expect(Object.keys(filled(...asks))).toEqual(['email'])
    expect(Object.keys(filled(...asks.map((one) => ({ ...one, required: true }))))).toEqual([
      'email',
      'website',
      'newsletter',
    ])
  })

  it('takes the terms', () => {
    expect(filled({ type: 'checkbox', label: 'I agree to the terms' })).toHaveProperty('terms', true)
  })
})

describe('lists', () => {
  const select = (label: string, ...texts: string[]) => ({
    tag: 'select' as const,
    type: 'select',
    label,
    required: true,
    options: options(...texts),
  })

  it.each([
    [
      'the country of the identity',
      select('Country', 'Choose a country', 'Germany', 'United States'),
      { country: 'United States' },
    ],
    ['another country where that is missing', select('Country', 'Select…', 'Germany'), { country: 'Germany' }],
    [
      'the month by its name',
      select(
        'Birth month',
        'Month',
        'Jan',
        'Feb',
        'Mar',
        'Apr',
        'May',
        'Jun',
        'Jul',
        'Aug',
        'Sep',
        'Oct',
        'Nov',
        'Dec',
      ),
      { birthMonth: expect.stringMatching(/^[A-Z][a-z]{2}$/) },
    ],
    ['the age', select('Age', 'Under 18', '18-24', '25-34', '35-44', '65+'), { age: '35-44' }],
    ['the age that is a lower limit', select('Age', 'Under 18', '18+'), { age: '18+' }],
    ['no invitation to choose', select('Department', 'Choisissez…', 'Bleu'), { choice: 'Bleu' }],
    ['no invitation in Turkish', select('Department', 'Seçiniz', 'Mavi'), { choice: 'Mavi' }],
    ['no invitation in Czech', select('Department', 'Vyberte', 'Modrá'), { choice: 'Modrá' }],
    ['no invitation in Spanish', select('Department', 'Elija una opción', 'Azul'), { choice: 'Azul' }],
    ['a neutral answer', select('Gender', '-', 'Female', 'Male', 'Prefer not to say'), { gender: 'Prefer not to say' }],
    [
      'any answer where the question is unknown',
      select('Department', 'Please choose', 'Blue', 'Green'),
      { choice: 'Blue' },
    ],
  ])('%s', (_, given, expected) => {
    expect(filled(given)).toMatchObject(expected)
  })

  it('leaves a group of radio buttons alone that has an answer', () => {
    const radio = { type: 'radio', name: 'plan', required: true }
    expect(filled({ ...radio, label: 'Free', checked: true }, { ...radio, label: 'Paid' })).not.toHaveProperty('choice')
    expect(filled({ ...radio, label: 'Free' }, { ...radio, label: 'Paid' })).toHaveProperty('choice')
  })

  it('does not take a newsletter that has to be answered', () => {
    const radio = { type: 'radio', name: 'newsletter', required: true }
    const [field] = plan({ ...radio, label: 'Yes' }, { ...radio, label: 'No' }).fields.slice(1)
    expect(field).toMatchObject({ kind: 'newsletter', control: { label: 'No' } })
  })
})

describe('dates and numbers', () => {
  const { year, month, day } = identity.birthDate
  const two = (value: number) => String(value).padStart(2, '0')

  it.each([
    ['as the control wants it', { type: 'date' }, `${year}-${two(month)}-${two(day)}`],
    ['as the placeholder shows it', { placeholder: 'MM/DD/YYYY' }, `${two(month)}/${two(day)}/${year}`],
    ['in German', { placeholder: 'TT.MM.JJJJ' }, `${two(day)}.${two(month)}.${year}`],
  ])('a birth date %s', (_, given, expected) => {
    expect(filled({ label: 'Date of birth', required: true, ...given })).toMatchObject({ birthDate: expected })
  })

  it.each([
    ['international by default', {}, /^\+1\d{10}$/],
    ['national where the pattern wants it', { pattern: '[0-9]{10}' }, /^\d{10}$/],
    ['shaped like the placeholder', { placeholder: '(555) 555-5555' }, /^\(\d{3}\) \d{3}-\d{4}$/],
  ])('a phone number %s', (_, given, expected) => {
    expect(filled({ label: 'Phone', required: true, ...given })).toMatchObject({
      phone: expect.stringMatching(expected),
    })
  })
})

describe('what is not understood', () => {
  it('is told when it is required, and left alone when it is not', () => {
    const { unmapped } = plan(
      { name: 'mno', label: 'Member no.', required: true },
      { name: 'fav', label: 'Favourite colour' },
    )
    expect(unmapped.map(({ name }) => name)).toEqual(['mno'])
    expect(describeUnmapped(unmapped)).toBe(
      'The form requires input[name="mno"] ("Member no."), and nothing says what belongs there.',
    )
  })

  it('is seen by the star on its label', () => {
    expect(plan({ name: 'mno', label: 'Member no. *' }).unmapped).toHaveLength(1)
  })

  it.each([
    'not required',
    'nicht erforderlich',
    'niet verplicht',
    'non obligatoire',
    'non obbligatorio',
    'freiwillig',
  ])('is not asked for by a label with (%s)', (mark) => {
    expect(plan({ name: 'mno', label: `Member no. (${mark})` }).unmapped).toEqual([])
  })

  it.each(['required', 'obbligatorio', 'obrigatório', 'verplicht'])('is asked for by a label with (%s)', (mark) => {
    expect(plan({ name: 'mno', label: `Member no. (${mark})` }).unmapped).toHaveLength(1)
  })

  it('is never a CAPTCHA, which is told apart', () => {
    expect(plan({ name: 'captcha', required: true })).toMatchObject({ captcha: { name: 'captcha' }, unmapped: [] })
  })
})
