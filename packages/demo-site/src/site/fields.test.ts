import { expect, it } from 'vitest'
import { formBody, validFields } from '../test-support.ts'
import { emptyFields, fieldsFromForm, fieldsFromJson } from './fields.ts'

it('reads the fields of a form by their names in the page', () => {
  expect(fieldsFromForm(formBody())).toEqual(validFields)
})

it('takes a field that is missing as empty, and the first of a repeated one', () => {
  expect(fieldsFromForm(new URLSearchParams('email=a%40example.com&email=b%40example.com'))).toEqual({
    ...emptyFields,
    email: 'a@example.com',
  })
})

it('reads JSON by the keys, with true for the accepted terms', () => {
  expect(fieldsFromJson({ ...validFields, terms: true })).toEqual(validFields)
})

it.each([[null], ['text'], [[]], [{ email: 7, terms: false }]])('takes %j as an empty form', (body) => {
  expect(fieldsFromJson(body)).toEqual(emptyFields)
})
