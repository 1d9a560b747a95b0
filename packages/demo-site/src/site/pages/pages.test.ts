import { describe, expect, it } from 'vitest'
import { validFields } from '../../test-support.ts'
import { type FieldErrors, fieldNames } from '../fields.ts'
import { drawFields, errorSummary } from './fields.ts'
import { page } from './layout.ts'
import { noticePage, welcomePage } from './notices.ts'

const hostile = { ...validFields, firstName: '"><script>alert(1)</script>', country: 'FR' }
const errors: FieldErrors = { firstName: 'Enter your first name.', password: 'Choose a password.' }
const drawn = drawFields(fieldNames, { fields: hostile, errors })
  .map(({ text }) => text)
  .join('\n')

describe('the fields', () => {
  it('each have a label', () => {
    const ids = [...drawn.matchAll(/<(?:input|select) id="([^"]+)"/g)].map(([, id]) => id)
    const labels = [...drawn.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(fieldNames.length)
    expect(labels).toEqual(ids)
  })

  it('say what is wrong beside themselves, and point at it', () => {
    expect(drawn).toContain('aria-describedby="first-name-error" aria-invalid="true"')
    expect(drawn).toContain('aria-describedby="password-rules password-error" aria-invalid="true"')
    expect(drawn).toContain('<p class="error" id="password-error">Choose a password.</p>')
    expect(drawn.match(/aria-invalid/g)).toHaveLength(2)
  })

  it('keep what was typed, escaped, but for passwords', () => {
    expect(drawn).toContain('value="&quot;&gt;&lt;script&gt;')
    expect(drawn).not.toContain('<script>')
    expect(drawn).toContain('<option value="FR" selected>France</option>')
    expect(drawn).toContain('value="yes" checked')
    expect(drawn).not.toContain(validFields.password)
  })

  it('hide the honeypot from people: by a class, from the keyboard and from screen readers', () => {
    expect(drawn).toMatch(
      /<div class="field extra" aria-hidden="true">\s*<label[^>]*>Website<\/label>\s*<input[^>]*tabindex="-1"/,
    )
  })
})

it('the summary links each message to its field, and is empty without one', () => {
  expect(errorSummary(errors).text).toContain('<a href="#password">Choose a password.</a>')
  expect(errorSummary({}).text).toBe('')
})

it('the cookie dialog is part of a page only where asked for', () => {
  const body = noticePage('Title', 'Text')
  expect(page({ title: 'T', body, banner: true })).toContain('role="dialog" aria-modal="true"')
  expect(page({ title: 'T', body, banner: false })).not.toContain('role="dialog"')
})

it('the confirmation shows a reference of ours, and nothing that somebody put into the address', () => {
  expect(welcomePage('0190aaaa-0000-7000-8000-000000000000').text).toContain('<code>0190aaaa-')
  expect(welcomePage('call 555 0100').text).not.toContain('555')
})
