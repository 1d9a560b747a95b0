import { isCountry } from './countries.ts'
import { type FieldErrors, type FieldName, fieldNames, type SignUpFields } from './fields.ts'

export const passwordRules = 'At least 10 characters, with an upper-case letter, a lower-case letter and a digit.'
export const passwordMinLength = 10
export const passwordMaxLength = 128
export const nameMaxLength = 80
export const emailMaxLength = 254

/** Trims what people type around a value; passwords stay as they are. */
export function normalise(fields: SignUpFields): SignUpFields {
  return {
    ...fields,
    firstName: fields.firstName.trim(),
    lastName: fields.lastName.trim(),
    email: fields.email.trim().toLowerCase(),
  }
}

/** The rule of each field: a message, or `undefined` when the value is fine. */
const rules: Readonly<Record<FieldName, (fields: SignUpFields) => string | undefined>> = {
  firstName: ({ firstName }) => nameError(firstName, 'first name'),
  lastName: ({ lastName }) => nameError(lastName, 'last name'),
  email: ({ email }) => {
    if (email === '') return 'Enter your e-mail address.'
    if (email.length > emailMaxLength || !/^[^\s@<>"]+@[^\s@<>".]+(\.[^\s@<>".]+)+$/u.test(email))
      return 'Enter an e-mail address like name@example.com.'
    return undefined
  },
  password: ({ password }) => {
    if (password === '') return 'Choose a password.'
    if (password.length > passwordMaxLength) return `Use at most ${passwordMaxLength} characters.`
    const strong =
      password.length >= passwordMinLength &&
      /\p{Lu}/u.test(password) &&
      /\p{Ll}/u.test(password) &&
      /\d/.test(password)
    return strong ? undefined : passwordRules
  },
  passwordConfirmation: ({ password, passwordConfirmation }) => {
    if (passwordConfirmation === '') return 'Repeat your password.'
    return passwordConfirmation === password ? undefined : 'The two passwords differ.'
  },
  country: ({ country }) => (isCountry(country) ? undefined : 'Choose your country.'),
  terms: ({ terms }) => (terms === '' ? 'Accept the terms of use to go on.' : undefined),
  website: ({ website }) => (website === '' ? undefined : 'This field must stay empty.'),
}

function nameError(value: string, what: string): string | undefined {
  if (value === '') return `Enter your ${what}.`
  if (value.length > nameMaxLength) return `Use at most ${nameMaxLength} characters.`
  return /[\p{Cc}<>]/u.test(value) ? `Your ${what} has a character that we cannot store.` : undefined
}

/** Messages of the fields that are not fine, in form order. `only` narrows the look to one page of a wizard. */
export function validate(fields: SignUpFields, only: readonly FieldName[] = fieldNames): FieldErrors {
  const errors: Partial<Record<FieldName, string>> = {}
  for (const field of fieldNames) {
    if (!only.includes(field)) continue
    const message = rules[field](fields)
    if (message !== undefined) errors[field] = message
  }
  return errors
}

export function hasErrors(errors: FieldErrors): boolean {
  return Object.keys(errors).length > 0
}
