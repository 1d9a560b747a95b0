import { statSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../test-support.ts'
import { type Account, AccountStore, readAccounts } from './accounts.ts'

const ada: Account = {
  id: '1',
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
  country: 'GB',
  runId: 'run-1',
  userAgent: 'RefBot/1',
  createdAt: 1000,
}

it('gives back what was stored, oldest first, without the hash, while the site is open', () => {
  using folder = temporaryFolder()
  using store = new AccountStore(folder.file('site.db'))
  const grace: Account = { ...ada, id: '2', email: 'grace@example.com', runId: null, createdAt: 500 }
  expect(store.insert(ada, 'hash')).toBe(true)
  expect(store.insert(grace, 'hash')).toBe(true)
  expect(readAccounts(folder.file('site.db'))).toEqual([grace, ada])
})

it('refuses a second account with the same address and keeps the first', () => {
  using folder = temporaryFolder()
  using store = new AccountStore(folder.file('site.db'))
  store.insert(ada, 'hash')
  expect(store.insert({ ...ada, id: '2', firstName: 'Eve' }, 'hash')).toBe(false)
  expect(store.hasEmail('ada@example.com')).toBe(true)
  expect(store.hasEmail('eve@example.com')).toBe(false)
  expect(readAccounts(folder.file('site.db'))).toEqual([ada])
})

it('keeps the accounts of an earlier start', () => {
  using folder = temporaryFolder()
  new AccountStore(folder.file('site.db'))[Symbol.dispose]()
  {
    using store = new AccountStore(folder.file('site.db'))
    store.insert(ada, 'hash')
  }
  using _again = new AccountStore(folder.file('site.db'))
  expect(readAccounts(folder.file('site.db'))).toEqual([ada])
})

it.skipIf(process.platform === 'win32')('keeps the file to its owner', () => {
  using folder = temporaryFolder()
  using _store = new AccountStore(folder.file('site.db'))
  expect(statSync(folder.file('site.db')).mode & 0o777).toBe(0o600)
})

it('names a file that it cannot use', () => {
  using folder = temporaryFolder()
  writeFileSync(folder.file('text.db'), 'this is no database, and long enough to be looked at as one. '.repeat(20))
  const unusable = expect.objectContaining({ code: 'DEMO_FILE' })
  expect(() => new AccountStore(folder.file('missing/site.db'))).toThrow(unusable)
  expect(() => new AccountStore(folder.file('text.db'))).toThrow(unusable)
  expect(() => readAccounts(folder.file('missing.db'))).toThrow(unusable)
})
