import { describe, expect, it } from 'vitest'
import type { Settings } from '../runs/index.ts'
import { withHidden, withoutHidden } from './hidden.ts'

const accounts = (...names: readonly string[]) => names.map((user) => ({ user, password: `of ${user}` }))
const passwords = (count: number) => Array.from({ length: count }, (_, n) => ['accounts', String(n), 'password'])

describe('settings that must not be shown', () => {
  it.each<[string, Settings, readonly (readonly string[])[], Settings]>([
    [
      'in a folder',
      { url: 'x', login: { user: 'u', password: 'p' } },
      [['login', 'password']],
      { url: 'x', login: { user: 'u' } },
    ],
    ['under a name with a dot', { keys: { 'shop.example': 'k' } }, [['keys', 'shop.example']], { keys: {} }],
    ['as a whole', { url: 'x', login: { user: 'u' } }, [['login']], { url: 'x' }],
    ['in a list', { list: ['a', 'b'] }, [['list', '0']], { list: [null, 'b'] }],
  ])('are left out %s, and come back where they are not given', (_, written, hidden, shown) => {
    expect(withoutHidden(written, hidden)).toEqual(shown)
    expect(withHidden(shown, written, hidden)).toEqual(written)
  })

  it('give way to what is given', () => {
    const written = { login: { user: 'u', password: 'p' } }
    const hidden = [['login', 'password']]
    expect(withHidden({ login: { password: 'new' } }, written, hidden)).toEqual({ login: { password: 'new' } })
  })

  it('come back where nothing but them was in a folder, and not where a folder was taken out', () => {
    const written = { smtp: { password: 'p' }, login: { user: 'u', password: 'p' } }
    const hidden = [
      ['smtp', 'password'],
      ['login', 'password'],
    ]
    expect(withHidden({}, written, hidden)).toEqual({ smtp: { password: 'p' } })
  })

  it('stay with the item of a list that they belong to, wherever it is now', () => {
    const written = { accounts: accounts('ann', 'ben', 'cy') }
    const put = (...users: readonly string[]) =>
      withHidden({ accounts: users.map((user) => ({ user })) }, written, passwords(3)).accounts
    expect(put('ben')).toEqual(accounts('ben'))
    expect(put('cy', 'ann')).toEqual(accounts('cy', 'ann'))
    expect(put('ann', 'ben', 'cy', 'new')).toEqual([...accounts('ann', 'ben', 'cy'), { user: 'new' }])
    expect(put('ann', 'benjamin', 'cy')).toEqual([
      ...accounts('ann'),
      { user: 'benjamin', password: 'of ben' },
      ...accounts('cy'),
    ])
  })

  it('are never written to what all objects have in common', () => {
    const written = JSON.parse('{ "__proto__": { "leaked": "p" } }') as Settings
    expect(withHidden({}, written, [['__proto__', 'leaked']])).toEqual(written)
    expect(({} as { leaked?: string }).leaked).toBeUndefined()
  })
})
