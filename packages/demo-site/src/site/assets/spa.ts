import { countries } from '../countries.ts'
import { passwordRules } from '../validate.ts'

const field = (key: string, label: string, type: string, hint = '') => ({ key, label, type, hint })

const fields = [
  field('firstName', 'First name', 'text'),
  field('lastName', 'Last name', 'text'),
  field('email', 'E-mail address', 'email'),
  field('password', 'Password', 'password', passwordRules),
  field('passwordConfirmation', 'Repeat password', 'password'),
  field('country', 'Country', 'select'),
  field('terms', 'I accept the terms of use', 'checkbox'),
]

/** `/app.js`, a module: draws the form without a name or an id, posts it as JSON, and draws the confirmation. */
export const spaScript = `const fields = ${JSON.stringify(fields)}
const countries = ${JSON.stringify(countries)}
const app = document.querySelector('#app')

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

const controlOf = ({ type }) => {
  if (type !== 'select') return make('input', { type, required: true })
  const first = make('option', { value: '' }, 'Choose a country')
  return make('select', { required: true }, first, ...countries.map(({ code, name }) => make('option', { value: code }, name)))
}

const rows = fields.map((field) => {
  const control = controlOf(field)
  const message = make('p', { className: 'error', hidden: true })
  const box = make('div', { className: field.type === 'checkbox' ? 'field check' : 'field' })
  const label = make('label', {})
  if (field.type === 'checkbox') label.append(control, field.label)
  else {
    label.append(make('span', {}, field.label))
    if (field.hint) label.append(make('span', { className: 'hint block' }, field.hint))
    label.append(control)
  }
  box.append(label, message)
  return { field, control, message, box }
})

const problem = make('div', { className: 'error-summary', hidden: true })
problem.setAttribute('role', 'alert')
const button = make('button', { type: 'submit', className: 'button wide' }, 'Create account')
const form = make('form', { className: 'sign-up', noValidate: true }, problem, ...rows.map(({ box }) => box), button)

const show = (errors, text) => {
  problem.hidden = text === ''
  problem.textContent = text
  for (const { field, control, message } of rows) {
    const error = errors[field.key] || ''
    message.hidden = error === ''
    message.textContent = error
    control.setAttribute('aria-invalid', String(error !== ''))
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  button.disabled = true
  const body = {}
  for (const { field, control } of rows) body[field.key] = field.type === 'checkbox' ? control.checked : control.value
  try {
    const answer = await fetch('/api/signup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.status === 201) {
      const status = make('p', {}, 'Your account has been created.')
      status.setAttribute('role', 'status')
      app.replaceChildren(make('h2', {}, 'Welcome aboard'), status)
      return
    }
    const { errors = {}, message = 'Your account was not created.' } = await answer.json()
    show(errors, message)
  } catch {
    show({}, 'We could not reach the server. Try again.')
  }
  button.disabled = false
})

app.replaceChildren(form)
`
