import type { Identity } from '../identity/identity.ts'
import type { ControlDescription } from './control.ts'
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
  if (value === undefined || control.maxLength <= 0 || value.length <= control.maxLength) return value
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
  'username',
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
      return String(birthDate.day)
    case 'birthMonth':
      return String(birthDate.month)
    case 'birthYear':
      return String(birthDate.year)
    case 'age':
      return '35'
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
function phoneOf({ pattern, maxLength, placeholder }: ControlDescription, phone: string): string {
  const national = phone.slice(2)
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

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v').test(text)
  } catch {
    return false
  }
}

/** ISO in date controls; else in the order that the placeholder or hint shows, else ISO. */
function dateOf(
  { type, placeholder, hint, label, min, max }: ControlDescription,
  { year, month, day }: Identity['birthDate'],
): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const iso = `${year}-${two(month)}-${two(day)}`
  if (type === 'date') return min !== '' && iso < min ? min : max !== '' && iso > max ? max : iso
  const shape = /(dd|tt|jj|gg|mm|yyyy|jjjj|aaaa|gggg)([./ -])(dd|tt|jj|mm)\2(yyyy|jjjj|aaaa|dd|tt|jj|rrrr)/.exec(
    plain(`${placeholder} ${hint} ${label}`),
  )
  if (shape === null) return iso
  const parts = [shape[1], shape[3], shape[4]].map((part) =>
    part?.length === 4 ? String(year) : part === 'mm' ? two(month) : two(day),
  )
  return parts.join(shape[2])
}
