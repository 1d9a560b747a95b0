/** A field of the sign-up form. The honeypot `website` is one too: a person never sees it, so it must stay empty. */
export type FieldName =
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'password'
  | 'passwordConfirmation'
  | 'country'
  | 'terms'
  | 'website'

export type SignUpFields = Readonly<Record<FieldName, string>>
export type FieldErrors = Readonly<Partial<Record<FieldName, string>>>

/** How a field is called in the HTML form; the JSON API uses the keys themselves. */
export const formNames: Readonly<Record<FieldName, { name: string; id: string; label: string }>> = {
  firstName: { name: 'first_name', id: 'first-name', label: 'First name' },
  lastName: { name: 'last_name', id: 'last-name', label: 'Last name' },
  email: { name: 'email', id: 'email', label: 'E-mail address' },
  password: { name: 'password', id: 'password', label: 'Password' },
  passwordConfirmation: { name: 'password_confirmation', id: 'password-confirmation', label: 'Repeat password' },
  country: { name: 'country', id: 'country', label: 'Country' },
  terms: { name: 'terms', id: 'terms', label: 'I accept the terms of use' },
  website: { name: 'website', id: 'website', label: 'Website' },
}

export const fieldNames = Object.keys(formNames) as readonly FieldName[]

export const emptyFields: SignUpFields = {
  firstName: '',
  lastName: '',
  email: '',
  password: '',
  passwordConfirmation: '',
  country: '',
  terms: '',
  website: '',
}

/** Reads a urlencoded body; a field that is missing is empty, one that is repeated counts once. */
export function fieldsFromForm(form: URLSearchParams): SignUpFields {
  const fields = { ...emptyFields }
  for (const field of fieldNames) fields[field] = form.get(formNames[field].name) ?? ''
  return fields
}

/** Reads a parsed JSON body; what is not a string is empty, but for `terms: true`. */
export function fieldsFromJson(body: unknown): SignUpFields {
  const fields = { ...emptyFields }
  if (typeof body !== 'object' || body === null) return fields
  const given = body as Readonly<Record<string, unknown>>
  for (const field of fieldNames) {
    const value = given[field]
    if (typeof value === 'string') fields[field] = value
  }
  if (given.terms === true) fields.terms = 'yes'
  return fields
}
