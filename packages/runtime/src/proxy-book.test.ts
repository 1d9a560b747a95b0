import { createProxy, ProxyScorer } from '@refbot/proxy-scoring'
import { describe, expect, it } from 'vitest'
import { ProxyBook } from './proxy-book.ts'
import { findKeyFile, type Store, Vault } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'
import { StoredProxies } from './stored-proxies.ts'

const ID_KEY = 'id'

/** A book over a store, beside what a configuration names. */
async function open(configured: readonly string[] = [], through = (store: Pick<Store, 'proxies'>) => store) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(new TestFolder())
  const store = stack.use(await folder.open())
  const stored = await StoredProxies.open({
    store: through(store),
    vault: new Vault(findKeyFile(folder.path, {})),
    idKey: ID_KEY,
  })
  const scorer = new ProxyScorer({ proxies: configured.map((host) => createProxy({ host, port: 1 })) })
  const book = new ProxyBook({
    ...{ scorer, stored, idKey: ID_KEY },
    configured: () => new Set(configured.map((host) => `http://${host}:1`)),
  })
  const owned = stack.move()
  const told = () => folder.events.map(({ type, data }) => [type, 'proxyId' in data && data.proxyId])
  return { book, scorer, store, told, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

describe('a list of proxies', () => {
  it('is taken in but for what cannot be read, which is told by its line and never by its text', async () => {
    await using it = await open()
    const list = ['# mine', 'a.test:1', 'b.test:1:user:s3cret', 'c.test:70000', 'user:s3cret@', 'a.test:1'].join('\n')
    const { added, known, errors } = await it.book.import(list)
    expect(added).toEqual(['http://a.test:1', expect.stringMatching(/^http:\/\/b\.test:1#[0-9a-f]+$/)])
    expect(known).toEqual([])
    expect(errors.map(({ line, code }) => [line, code])).toEqual([
      [4, 'port'],
      [5, 'port'],
      [6, 'duplicate'],
    ])
    expect(JSON.stringify([added, errors])).not.toContain('s3cret')
    expect(it.scorer.proxies().map(({ password }) => password)).toEqual([undefined, 's3cret'])
    expect(it.told()).toEqual(added.map((id) => ['proxy.added', id]))
  })

  it('may be its entries, counted from 1', async () => {
    await using it = await open()
    const entries = ['a.test:1', { host: 'b.test', port: 1, region: 'de' }, { host: 'c.test' }, ['d.test:1'], null]
    const { added, errors } = await it.book.import(entries, { protocol: 'socks5' })
    expect(added).toEqual(['socks5://a.test:1', 'socks5://b.test:1'])
    expect(errors.map(({ line, code }) => [line, code])).toEqual([
      [3, 'port'],
      [4, 'malformed'],
      [5, 'malformed'],
    ])
  })

  it('tells what was added before, and adds it once', async () => {
    await using it = await open()
    await it.book.import('a.test:1')
    expect(await it.book.import('a.test:1\nb.test:1')).toEqual({
      added: ['http://b.test:1'],
      known: ['http://a.test:1'],
      errors: [],
    })
    expect(it.told()).toHaveLength(2)
  })

  it('cannot put another proxy in the place of one that is there', async () => {
    await using it = await open(['a.test'])
    const { added, errors } = await it.book.import([{ id: 'http://a.test:1', host: 'b.test', port: 1 }])
    expect([added, errors]).toEqual([[], [expect.objectContaining({ line: 1, code: 'id' })]])
    expect(it.scorer.get('http://a.test:1')?.host).toBe('a.test')
  })

  it('of thousands goes in, in its order', async () => {
    await using it = await open()
    const hosts = Array.from({ length: 1234 }, (_, i) => `h${i}.test:1`)
    const { added } = await it.book.import(hosts.join('\n'))
    expect(added).toEqual(hosts.map((host) => `http://${host}`))
    expect(it.scorer.size).toBe(1234)
    expect((await it.store.proxies.list()).length).toBe(1234)
  })
})

/** A store that takes so many transactions of proxies, and then no more. */
const full =
  (left: number) =>
  (store: Pick<Store, 'proxies'>): Pick<Store, 'proxies'> => ({
    proxies: {
      list: () => store.proxies.list(),
      remove: (id) => store.proxies.remove(id),
      reseal: (reseal) => store.proxies.reseal(reseal),
      add: (proxies) => {
        left -= 1
        return left < 0 ? Promise.reject(new Error('disk full')) : store.proxies.add(proxies)
      },
    },
  })

describe('a list that the store takes in part only', () => {
  it('is in use as far as it is stored', async () => {
    await using it = await open([], full(2))
    const list = Array.from({ length: 250 }, (_, i) => `h${i}.test:1`).join('\n')
    await expect(it.book.import(list)).rejects.toThrow('disk full')
    const stored = (await it.store.proxies.list()).map(({ id }) => id)
    expect(stored.length).toBeGreaterThan(0)
    expect(new Set(it.scorer.proxies().map(({ id }) => id))).toEqual(new Set(stored))
  })
})

describe('a proxy that was added', () => {
  it('is gone once it is removed, and told to be', async () => {
    await using it = await open()
    await it.book.import('a.test:1')
    expect(it.book.isAdded('http://a.test:1')).toBe(true)
    expect(await it.book.remove('http://a.test:1')).toBe(true)
    expect(await it.book.remove('http://a.test:1')).toBe(false)
    expect([it.scorer.size, it.told().at(-1)]).toEqual([0, ['proxy.removed', 'http://a.test:1']])
  })

  it('stays in use where the configuration names it too', async () => {
    await using it = await open(['a.test'])
    expect(await it.book.remove('http://a.test:1')).toBe(false)
    await it.book.import('a.test:1')
    expect(await it.book.remove('http://a.test:1')).toBe(true)
    expect([it.scorer.size, it.book.isAdded('http://a.test:1')]).toEqual([1, false])
  })
})
