import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeIdentity } from './identity.ts'
import { isReservedDomain, mailDomain } from './mail.ts'

describe('identities', () => {
  const make = (seed: string, index: number) => makeIdentity({ seed, index, domain: 'example.com' })

  it('are the same for the same seed and index, whatever was drawn before', () => {
    const first = make('run', 3)
    make('other', 9)
    expect(make('run', 3)).toEqual(first)
  })

  it('differ within a batch and between runs', () => {
    const batch = Array.from({ length: 200 }, (_, index) => make('run', index))
    expect(new Set([...batch, make('other', 0)].map(({ email }) => email)).size).toBe(201)
  })

  it('have plain addresses at the given domain and nowhere else', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.constantFrom('example.com', 'mail.test'), (seed, index, domain) => {
        const { email, username, phone, firstName, lastName } = makeIdentity({ seed, index, domain })
        expect(`${firstName} ${lastName}`).toMatch(/^[A-Za-z]+ [A-Za-z-]+$/)
        expect(email).toMatch(/^[a-z]+\.[a-z]+\.[a-z0-9]{8}@[a-z.]+$/)
        expect(email.endsWith(`@${domain}`)).toBe(true)
        expect(username).toMatch(/^[a-z0-9]{9,15}$/)
        // 555-0100 to 555-0199 belong to nobody.
        expect(phone).toMatch(/^\+1\d{3}55501\d{2}$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('mail domains', () => {
  it.each(['example.com', 'EXAMPLE.ORG', 'mail.example.net', 'shop.test', 'a.invalid', 'x.example', 'y.localhost'])(
    '%s reaches nobody',
    (domain) => {
      expect(isReservedDomain(domain)).toBe(true)
    },
  )

  it.each(['gmail.com', 'example.de', 'test', 'notexample.com', 'example.com.evil.io', 'mytest'])(
    '%s may',
    (domain) => {
      expect(isReservedDomain(domain)).toBe(false)
    },
  )

  it.each<[string | undefined, string[], string | undefined]>([
    [undefined, [], 'example.com'],
    [undefined, ['qa.acme.io'], 'qa.acme.io'],
    ['qa.acme.io', ['qa.acme.io'], 'qa.acme.io'],
    ['mail.test', ['qa.acme.io'], 'mail.test'],
    ['gmail.com', ['qa.acme.io'], undefined],
  ])('wanted %s, agreed %j: %s', (wanted, agreed, expected) => {
    expect(mailDomain(wanted, agreed)).toBe(expected)
  })
})
