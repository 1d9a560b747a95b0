import { faker } from '@faker-js/faker/locale/en'
import { seedOf } from './seed.ts'

/** A person who does not exist. */
export interface Identity {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  /** Lower-case letters and digits, at most 15. */
  readonly username: string
  /** In the range that is kept free for fiction, E.164. */
  readonly phone: string
  readonly birthDate: { readonly year: number; readonly month: number; readonly day: number }
  readonly street: string
  readonly city: string
  readonly region: { readonly name: string; readonly code: string }
  readonly postalCode: string
  readonly country: { readonly name: string; readonly code: string }
  readonly company: string
}

export interface IdentityOptions {
  /** Equal seeds and indexes give equal identities. */
  readonly seed: string
  readonly index: number
  readonly domain: string
}

/** The identity of one submission; the same for the same seed, index and domain. */
export function makeIdentity({ seed, index, domain }: IdentityOptions): Identity {
  // The shared instance is seeded and read without a pause in between, so nobody else's draws get mixed in.
  faker.seed([...seedOf(seed, index)])
  // Whether a site takes an apostrophe is another question than whether a new user gets through.
  const firstName = faker.person.firstName().replaceAll("'", '')
  const lastName = faker.person.lastName().replaceAll("'", '')
  const token = faker.string.alphanumeric({ length: 8, casing: 'lower' })
  const state = faker.helpers.arrayElement(states)
  return {
    firstName,
    lastName,
    email: `${localPart(firstName)}.${localPart(lastName)}.${token}@${domain}`,
    username: `${localPart(firstName).slice(0, 7)}${token}`,
    phone: `+1${state.areaCode}55501${faker.string.numeric(2)}`,
    birthDate: {
      year: faker.number.int({ min: 1965, max: 2000 }),
      month: faker.number.int({ min: 1, max: 12 }),
      day: faker.number.int({ min: 1, max: 28 }),
    },
    street: `${faker.number.int({ min: 1, max: 999 })} Example Street`,
    city: state.city,
    region: { name: state.name, code: state.code },
    postalCode: state.postalCode,
    country: { name: 'United States', code: 'US' },
    company: `${lastName} Example Ltd`,
  }
}

/** Places whose parts fit each other, since forms check them against each other. */
const states = [
  { name: 'California', code: 'CA', city: 'Sacramento', postalCode: '95814', areaCode: '916' },
  { name: 'Colorado', code: 'CO', city: 'Denver', postalCode: '80202', areaCode: '303' },
  { name: 'Massachusetts', code: 'MA', city: 'Boston', postalCode: '02108', areaCode: '617' },
  { name: 'Texas', code: 'TX', city: 'Austin', postalCode: '78701', areaCode: '512' },
  { name: 'Washington', code: 'WA', city: 'Seattle', postalCode: '98101', areaCode: '206' },
] as const

function localPart(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase()
}
