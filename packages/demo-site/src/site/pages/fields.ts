import { countries } from '../countries.ts'
import { type FieldErrors, type FieldName, formNames, type SignUpFields } from '../fields.ts'
import { type Html, html } from '../html.ts'
import { emailMaxLength, nameMaxLength, passwordMaxLength, passwordMinLength, passwordRules } from '../validate.ts'

interface Filled {
  readonly fields: SignUpFields
  readonly errors: FieldErrors
}

type Draw = (filled: Filled) => Html

/** How each field is drawn; passwords are never sent back. */
const drawn: Readonly<Record<FieldName, Draw>> = {
  firstName: (filled) =>
    row(
      filled,
      'firstName',
      (attributes) =>
        html`<input ${attributes} type="text" autocomplete="given-name" maxlength="${nameMaxLength}" value="${filled.fields.firstName}" required>`,
    ),
  lastName: (filled) =>
    row(
      filled,
      'lastName',
      (attributes) =>
        html`<input ${attributes} type="text" autocomplete="family-name" maxlength="${nameMaxLength}" value="${filled.fields.lastName}" required>`,
    ),
  email: (filled) =>
    row(
      filled,
      'email',
      (attributes) =>
        html`<input ${attributes} type="email" autocomplete="email" inputmode="email" autocapitalize="none" spellcheck="false" maxlength="${emailMaxLength}" value="${filled.fields.email}" required>`,
    ),
  password: (filled) =>
    row(
      filled,
      'password',
      (attributes) =>
        html`<span class="reveal"><input ${attributes} type="password" autocomplete="new-password" minlength="${passwordMinLength}" maxlength="${passwordMaxLength}" passwordrules="minlength: ${passwordMinLength}; required: upper; required: lower; required: digit;" required><button type="button" class="reveal-button" data-reveal="password" aria-pressed="false" hidden>Show</button></span>`,
      html`<p class="hint" id="password-rules">${passwordRules}</p>`,
    ),
  passwordConfirmation: (filled) =>
    row(
      filled,
      'passwordConfirmation',
      (attributes) =>
        html`<input ${attributes} type="password" autocomplete="new-password" maxlength="${passwordMaxLength}" required>`,
    ),
  country: (filled) =>
    row(
      filled,
      'country',
      (attributes) =>
        html`<select ${attributes} autocomplete="country" required><option value="">Choose a country</option>${countries.map(({ code, name }) => option(code, name, filled.fields.country))}</select>`,
    ),
  terms: (filled) => {
    const { id, label } = formNames.terms
    return html`<div class="field check">
  <input ${attributesOf(filled, 'terms')} type="checkbox" value="yes" ${checked(filled.fields.terms)} required>
  <label for="${id}">${label}</label>
  ${errorOf(filled, 'terms')}
</div>`
  },
  website: ({ fields }) => {
    const { id, name, label } = formNames.website
    return html`<div class="field extra" aria-hidden="true">
  <label for="${id}">${label}</label>
  <input id="${id}" name="${name}" type="text" tabindex="-1" autocomplete="off" value="${fields.website}">
</div>`
  },
}

export function drawFields(names: readonly FieldName[], filled: Filled): readonly Html[] {
  return names.map((name) => drawn[name](filled))
}

/** The messages above the form, each a link to its field. */
export function errorSummary(errors: FieldErrors): Html {
  const entries = Object.entries(errors) as [FieldName, string][]
  if (entries.length === 0) return html``
  return html`<div class="error-summary" role="alert" tabindex="-1">
  <p>Your account was not created.</p>
  <ul>${entries.map(([name, message]) => html`<li><a href="#${formNames[name].id}">${message}</a></li>`)}</ul>
</div>`
}

function row(filled: Filled, name: FieldName, control: (attributes: Html) => Html, hint?: Html): Html {
  const { id, label } = formNames[name]
  return html`<div class="field">
  <label for="${id}">${label}</label>
  ${hint}
  ${control(attributesOf(filled, name))}
  ${errorOf(filled, name)}
</div>`
}

function attributesOf({ errors }: Filled, field: FieldName): Html {
  const { id, name } = formNames[field]
  const described = [field === 'password' && 'password-rules', errors[field] !== undefined && `${id}-error`].filter(
    (reference) => reference !== false,
  )
  return html`id="${id}" name="${name}"${described.length > 0 && html` aria-describedby="${described.join(' ')}"`}${errors[field] !== undefined && html` aria-invalid="true"`}`
}

function errorOf({ errors }: Filled, field: FieldName): Html {
  const message = errors[field]
  return message === undefined ? html`` : html`<p class="error" id="${formNames[field].id}-error">${message}</p>`
}

function option(code: string, name: string, selected: string): Html {
  return html`<option value="${code}"${code === selected && html` selected`}>${name}</option>`
}

function checked(value: string): Html {
  return value === '' ? html`` : html`checked`
}
