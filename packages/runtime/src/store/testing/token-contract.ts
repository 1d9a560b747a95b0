import { AT, allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'

const READER = { id: 't1', name: 'grafana', rights: 'read', hash: 'aa' } as const
const ADMIN = { id: 't2', name: 'ci', rights: 'admin', hash: 'bb', expiresAt: AT + 1 } as const

/** What every `TokenStore` promises. */
export function tokenStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a TokenStore`, make, (promises) => {
    promises('gives back what was added, over a restart', async ({ tokens }, { reopen }) => {
      expect(await tokens.list()).toEqual([])
      await tokens.add(READER)
      await tokens.add(ADMIN)
      expect(await tokens.list()).toMatchObject([READER, ADMIN])
      expect(await (await reopen()).tokens.list()).toMatchObject([READER, ADMIN])
    })

    promises('refuses a second token of the same hash, and says nothing of it', async (store) => {
      await store.tokens.add(READER)
      const [outcome] = await Promise.allSettled([store.tokens.add({ ...ADMIN, hash: READER.hash })])
      expect(outcome?.status).toEqual('rejected')
      expect(await store.tokens.list()).toMatchObject([READER])
      expect((await allEvents(store)).length).toEqual(1)
    })

    promises('revokes once, keeps the row, and tells of both changes', async (store) => {
      await store.tokens.add(READER)
      expect(await store.tokens.revoke('t1')).toEqual(true)
      expect(await store.tokens.revoke('t1')).toEqual(false)
      expect(await store.tokens.revoke('t9')).toEqual(false)
      const [token] = await store.tokens.list()
      expect(typeof token?.revokedAt).toEqual('number')
      expect((await allEvents(store)).map(({ type, data }) => [type, data])).toEqual([
        ['token.created', { tokenId: 't1', name: 'grafana', rights: 'read' }],
        ['token.revoked', { tokenId: 't1', name: 'grafana' }],
      ])
    })

    promises('notes when one was used', async ({ tokens }) => {
      await tokens.add(READER)
      expect((await tokens.list())[0]?.lastUsedAt).toEqual(undefined)
      await tokens.used('t1')
      expect(typeof (await tokens.list())[0]?.lastUsedAt).toEqual('number')
    })
  })
}

/** What every `AuditStore` promises. */
export function auditStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  const entry = (target: string) => ({ actor: 't1', actorName: 'ci', action: 'POST', target, outcome: '202' })
  contract(api, `${name} as an AuditStore`, make, (promises) => {
    promises('lists the newest first, page by page, over a restart', async ({ audit }, { reopen }) => {
      expect(await audit.list()).toEqual([])
      for (const target of ['/a', '/b', '/c']) await audit.add(entry(target))
      const reopened = (await reopen()).audit
      const first = await reopened.list({ limit: 2 })
      expect(first).toMatchObject([entry('/c'), entry('/b')])
      const before = first.at(-1)?.id ?? 0
      expect(await reopened.list({ before })).toMatchObject([entry('/a')])
    })
  })
}
