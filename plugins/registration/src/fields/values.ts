import type { Identity } from '../identity/identity.ts'
import type { ControlDescription } from './control.ts'
import { dateOf } from './dates.ts'
import { matches } from './pattern.ts'
import { plain } from './text.ts'
import type { FieldKind } from './vocabulary.ts'

/** What is typed into a control; undefined where the identity has nothing that fits. */
export function valueFor(
  control: ControlDescription,
  kind: FieldKind,
  identity: Identity,
  password: string,
): string | undefined {
  const value = plainValue(control, kind, identity, password)
  if (control.type === 'number' && Number.isNaN(Number(value))) return undefined
  if (value === undefined || control.maxLength <= 0 || value.length <= control.maxLength) return value
  // What tells one user name from another stands at its end.
  if (kind === 'username')
    return `${value.slice(0, 1)}${value.slice(1 - control.maxLength)}`.slice(0, control.maxLength)
  // A cut name is still a name; a cut e-mail or password is another one.
  return cuttable.has(kind) ? value.slice(0, control.maxLength) : undefined
}

const cuttable: ReadonlySet<FieldKind> = new Set([
  'firstName',
  'lastName',
  'fullName',
  'street',
  'city',
  'company',
  'jobTitle',
])

function plainValue(
  control: ControlDescription,
  kind: FieldKind,
  identity: Identity,
  password: string,
): string | undefined {
  const { birthDate } = identity
  switch (kind) {
    case 'email':
    case 'emailConfirm':
      return identity.email
    case 'password':
    case 'passwordConfirm':
      return password
    case 'username':
      return control.type === 'email' ? identity.email : identity.username
    case 'firstName':
      return identity.firstName
    case 'lastName':
      return identity.lastName
    case 'fullName':
      return `${identity.firstName} ${identity.lastName}`
    case 'phone':
      return phoneOf(control, identity.phone)
    case 'birthDate':
      return dateOf(control, birthDate)
    case 'birthDay':
      return numberOf(control, birthDate.day)
    case 'birthMonth':
      return numberOf(control, birthDate.month)
    case 'birthYear':
      return String(birthDate.year)
    case 'age':
      return '35'
    case 'houseNumber':
      return /^\d+/.exec(identity.street)?.[0]
    case 'street':
      return identity.street
    case 'street2':
      return 'Apt 1'
    case 'city':
      return identity.city
    case 'region':
      return control.maxLength === 2 ? identity.region.code : identity.region.name
    case 'postalCode':
      return identity.postalCode
    case 'country':
      return control.maxLength === 2 ? identity.country.code : identity.country.name
    case 'company':
      return identity.company
    case 'jobTitle':
      return 'Tester'
    case 'website':
      return 'https://example.com/'
    case 'honorific':
      return 'Mx'
    case 'gender':
      return 'not stated'
    default:
      return undefined
  }
}

/** National where the field says so by its length or pattern, international else. */
function phoneOf({ type, pattern, maxLength, placeholder }: ControlDescription, phone: string): string {
  const national = phone.slice(2)
  if (type === 'number') return national
  const forms = [
    phone,
    national,
    `${national.slice(0, 3)}-${national.slice(3, 6)}-${national.slice(6)}`,
    `(${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6)}`,
  ]
  const shaped = forms.filter((form) => maxLength <= 0 || form.length <= maxLength)
  const fits = pattern === '' ? undefined : shaped.find((form) => matches(pattern, form))
  if (fits !== undefined) return fits
  const shape = plain(placeholder).replace(/\d|x/g, '0')
  return shaped.find((form) => form.replace(/\d/g, '0') === shape) ?? shaped[0] ?? national
}

/** With a zero before it where the field asks for two digits. */
function numberOf({ pattern, minLength, placeholder }: ControlDescription, value: number): string {
  const two = String(value).padStart(2, '0')
  const wantsTwo = minLength === 2 || /^(dd|mm|tt|jj|gg|0\d)$/.test(plain(placeholder))
  return wantsTwo || (pattern !== '' && !matches(pattern, String(value))) ? two : String(value)
}
