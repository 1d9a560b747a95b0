import { describe, expect, it } from 'vitest'
import type { Store } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'
import { Tokens } from './tokens.ts'
import { createTokenOffline } from './tokens-offline.ts'

const open = (folder: TestFolder, store: Store) => Tokens.open({ store, adminToken: 'rb_admin', now: () => folder.now })

describe('a token', () => {
  it('is valid until it is revoked, over a restart; its text is nowhere', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const tokens = await open(folder, store)
    const { token, record } = await tokens.create({ name: 'grafana', rights: 'read' })
    expect(tokens.verify(token)).toEqual({ id: record.id, name: 'grafana', rights: 'read' })
    const again = await open(folder, store)
    expect(again.verify(token)).toMatchObject({ id: record.id })
    const everything = await store.select(
      'SELECT id, name, hash, rights FROM token UNION ALL SELECT 1, data, 2, 3 FROM event',
    )
    expect(JSON.stringify([everything, await again.list()])).not.toContain(token)
    await again.revoke(record.id)
    expect(again.verify(token)).toBeUndefined()
    expect((await open(folder, store)).verify(token)).toBeUndefined()
    await expect(again.revoke(record.id)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' })
  })

  it('expires when it was told to', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const tokens = await open(folder, store)
    const { token } = await tokens.create({ name: 'ci', rights: 'admin', expiresAt: folder.now + 10 })
    folder.now += 9
    expect(tokens.verify(token)).toBeDefined()
    folder.now += 1
    expect(tokens.verify(token)).toBeUndefined()
  })

  it.each(['', 'rb_', 'rb_admi', 'rb_admin ', 'x'.repeat(10_000), '\u0000'])('%j is none', async (text) => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const tokens = await open(folder, store)
    expect([tokens.verify(text), tokens.verify('rb_admin')?.id]).toEqual([undefined, 'admin'])
  })

  it('says when it was last used, and not at every use', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const tokens = await open(folder, store)
    const { token } = await tokens.create({ name: 'ci', rights: 'read' })
    const first = folder.now
    tokens.verify(token)
    folder.now += 59_999
    tokens.verify(token)
    expect((await tokens.list())[0]?.lastUsedAt).toBe(first)
    folder.now += 1
    tokens.verify(token)
    expect((await tokens.list())[0]?.lastUsedAt).toBe(folder.now)
  })

  it.each([
    [{ name: '' }, 'TOKEN_NAME_INVALID'],
    [{ name: 'a\nb' }, 'TOKEN_NAME_INVALID'],
    [{ name: 'x'.repeat(65) }, 'TOKEN_NAME_INVALID'],
    [{ expiresAt: 1 }, 'TOKEN_EXPIRY_INVALID'],
    [{ expiresAt: Number.NaN }, 'TOKEN_EXPIRY_INVALID'],
  ])('with %j is refused', async (wrong, code) => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const tokens = await open(folder, store)
    await expect(tokens.create({ name: 'a', rights: 'read', ...wrong })).rejects.toMatchObject({ code })
    expect(await tokens.list()).toEqual([])
  })

  it('can be made where nothing runs, and leaves an entry in the audit', async () => {
    using folder = new TestFolder()
    const { token, record } = await createTokenOffline(folder.path, { name: 'ci', rights: 'admin' })
    await using store = await folder.open()
    expect((await open(folder, store)).verify(token)).toMatchObject({ id: record.id, rights: 'admin' })
    expect(await store.audit.list()).toMatchObject([{ actor: 'cli', action: 'token create', target: record.id }])
  })
})
