import type { SealedProxy } from '../operations/proxies.ts'
import { AT, allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'
import { proxyMemory } from './operator-samples.ts'

const PLAIN = { id: 'http://a:1', protocol: 'http', host: 'a', port: 1 } as const
const FULL: SealedProxy = {
  ...{ id: 'socks5://b:2#cd', protocol: 'socks5', host: 'b', port: 2 },
  ...{ login: 'sealed', label: 'Rented', region: 'de-FRA', tags: ['a', 'ü'] },
}

/** What every `ProxyStore` promises. */
export function proxyStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a ProxyStore`, make, (promises) => {
    promises('gives back what was added, over a restart', async ({ proxies }, { reopen }) => {
      expect(await proxies.list()).toEqual([])
      expect(await proxies.add([PLAIN, FULL])).toEqual([PLAIN.id, FULL.id])
      expect(await proxies.list()).toEqual([PLAIN, FULL])
      expect(await (await reopen()).proxies.list()).toEqual([PLAIN, FULL])
    })

    promises('leaves one that is there as it is', async ({ proxies }) => {
      await proxies.add([PLAIN])
      expect(await proxies.add([{ ...PLAIN, label: 'other' }, FULL])).toEqual([FULL.id])
      expect((await proxies.list())[0]).toEqual(PLAIN)
    })

    promises('takes one away once, and tells of each change in an event', async (store) => {
      await store.proxies.add([PLAIN, FULL])
      expect(await store.proxies.remove(PLAIN.id)).toEqual(true)
      expect(await store.proxies.remove(PLAIN.id)).toEqual(false)
      expect(await store.proxies.list()).toEqual([FULL])
      expect((await allEvents(store)).map(({ type, data }) => [type, data])).toEqual([
        ['proxy.added', { proxyId: PLAIN.id }],
        ['proxy.added', { proxyId: FULL.id }],
        ['proxy.removed', { proxyId: PLAIN.id }],
      ])
    })
  })
}

/** What every `ProxyHealthStore` promises. */
export function proxyHealthStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a ProxyHealthStore`, make, (promises) => {
    promises('keeps the last of each proxy, by the time at which it was taken', async (store, { reopen }) => {
      expect(await store.proxyHealth.load()).toEqual([])
      await store.proxyHealth.save({ takenAt: AT, proxies: ['a', 'b', 'c'].map((id) => proxyMemory(id)) })
      const later = proxyMemory('b', { uses: 9, isolated: true, circuit: 'open' })
      await store.proxyHealth.save({ takenAt: AT + 1, proxies: [later] })
      const snapshots = [
        { version: 1, takenAt: AT, proxies: [proxyMemory('a'), proxyMemory('c')] },
        { version: 1, takenAt: AT + 1, proxies: [later] },
      ]
      expect(await store.proxyHealth.load()).toEqual(snapshots)
      expect(await (await reopen()).proxyHealth.load()).toEqual(snapshots)
    })

    promises('tells of circuits in events of the same change', async (store) => {
      const circuit = { proxyId: 'a', from: 'closed', to: 'open', input: 'tripped', retryAt: AT + 9 } as const
      await store.proxyHealth.save({ takenAt: AT, proxies: [proxyMemory('a')] })
      await store.proxyHealth.save({ takenAt: AT, proxies: [proxyMemory('a')], circuits: [circuit] })
      expect((await allEvents(store)).map(({ type, data }) => [type, data])).toEqual([['proxy.circuit', circuit]])
    })
  })
}
