import { describe, expect, it } from 'vitest'
import { temporaryFolder, validFields } from '../test-support.ts'
import { AccountStore, readAccounts } from './accounts.ts'
import { SignUpDesk, type Visitor } from './desk.ts'
import type { SubmitRule } from './faults.ts'

const visitor: Visitor = { runId: 'run-1', userAgent: 'RefBot/1' }
const person = (name: string) => ({ ...validFields, email: `${name}@example.com` })

function open(rule: SubmitRule, settings: { rateLimit?: number; hashPassword?: () => Promise<string> } = {}) {
  const folder = temporaryFolder()
  const accounts = new AccountStore(folder.file('site.db'))
  let ids = 0
  const desk = new SignUpDesk({
    accounts,
    rule,
    rateLimit: 2,
    redirectTo: 'http://127.0.0.2/elsewhere',
    now: () => 1234,
    newId: () => `id-${++ids}`,
    hashPassword: () => Promise.resolve('hash'),
    ...settings,
  })
  return {
    desk,
    accounts,
    stored: () => readAccounts(folder.file('site.db')),
    [Symbol.dispose]() {
      accounts[Symbol.dispose]()
      folder[Symbol.dispose]()
    },
  }
}

describe('store', () => {
  it('stores a sign-up with the run and the user agent that made it', async () => {
    using site = open('store')
    const outcome = await site.desk.submit({ ...validFields, email: 'Ada@Example.com ' }, visitor)
    expect(outcome).toEqual({ kind: 'created', id: 'id-1' })
    expect(site.stored()).toEqual([
      {
        id: 'id-1',
        email: 'ada@example.com',
        firstName: 'Ada',
        lastName: 'Lovelace',
        country: 'GB',
        runId: 'run-1',
        userAgent: 'RefBot/1',
        createdAt: 1234,
      },
    ])
  })

  it('refuses what is not valid and stores nothing', async () => {
    using site = open('store')
    expect(await site.desk.submit({ ...validFields, terms: '' }, visitor)).toMatchObject({
      kind: 'invalid',
      errors: { terms: expect.any(String) },
    })
    expect(site.stored()).toEqual([])
  })

  it('refuses an address that is taken, in whatever case', async () => {
    using site = open('store')
    await site.desk.submit(person('ada'), visitor)
    expect(await site.desk.submit(person('ADA'), visitor)).toMatchObject({
      kind: 'invalid',
      errors: { email: expect.any(String) },
    })
    expect(site.stored()).toHaveLength(1)
  })

  it('stores one of two sign-ups with the same address at the same time', async () => {
    const hashed = Promise.withResolvers<string>()
    using site = open('store', { hashPassword: () => hashed.promise })
    const both = Promise.all([site.desk.submit(person('ada'), visitor), site.desk.submit(person('ada'), visitor)])
    hashed.resolve('hash')
    expect((await both).map(({ kind }) => kind)).toEqual(['created', 'invalid'])
    expect(site.stored()).toHaveLength(1)
  })
})

describe('lose-second', () => {
  it('confirms the second sign-up of each run without storing it', async () => {
    using site = open('lose-second')
    for (const [name, runId] of [
      ['a1', 'a'],
      ['b1', 'b'],
      ['a2', 'a'],
      ['a3', 'a'],
      ['b2', 'b'],
      ['n1', null],
      ['n2', null],
    ] as const) {
      expect(await site.desk.submit(person(name), { ...visitor, runId })).toMatchObject({ kind: 'created' })
    }
    expect(site.stored().map(({ email }) => email.slice(0, 2))).toEqual(['a1', 'b1', 'a3', 'n1'])
  })

  it('does not count a sign-up that was refused', async () => {
    using site = open('lose-second')
    await site.desk.submit(person('one'), visitor)
    await site.desk.submit({ ...person('bad'), country: '' }, visitor)
    await site.desk.submit(person('one'), visitor)
    await site.desk.submit(person('two'), visitor)
    await site.desk.submit(person('three'), visitor)
    expect(site.stored().map(({ email }) => email)).toEqual(['one@example.com', 'three@example.com'])
  })
})

it('limit: lets as many submits through as it should, then says when to come back', async () => {
  using site = open('limit', { rateLimit: 2 })
  await site.desk.submit(person('one'), visitor)
  await site.desk.submit(person('two'), visitor)
  expect(await site.desk.submit(person('three'), visitor)).toEqual({ kind: 'limited', retryAfterS: 60 })
  expect(site.stored()).toHaveLength(2)
})

it.each([
  ['crash', { kind: 'crashed' }],
  ['challenge', { kind: 'challenged' }],
  ['redirect', { kind: 'redirected', url: 'http://127.0.0.2/elsewhere' }],
  ['refuse', { kind: 'invalid', errors: { email: 'We cannot accept this e-mail address.' } }],
] as const)('%s: never stores', async (rule, outcome) => {
  using site = open(rule)
  expect(await site.desk.submit(validFields, visitor)).toEqual(outcome)
  expect(site.stored()).toEqual([])
})
