import type { RefbotEvent } from '../event-types.ts'
import { allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'

/** What every `EventStore` promises. */
export function eventStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  const ids = (events: readonly { readonly id?: number }[]) => events.map((event) => event.id)

  contract(api, `${name} as an EventStore`, make, (promises) => {
    promises('starts without events', async ({ events, feed }) => {
      expect(await events.since(0, 10)).toEqual([])
      expect(await feed.range()).toEqual({ first: 0, last: 0 })
    })

    promises(
      'numbers them in the order of their commits, from page to page and over a restart',
      async (store, under) => {
        for (let i = 0; i < 5; i += 1) await store.plugins.setDesired(`p${i}`, 'armed')
        const first = await store.events.since(0, 3)
        const rest = await store.events.since(first.at(-1)?.id ?? 0, 3)
        expect(ids([...first, ...rest])).toEqual(ids(await allEvents(store)))
        const again = await under.reopen()
        await again.plugins.setDesired('p5', 'armed')
        const all = await allEvents(again)
        expect(all.map(({ data }) => (data as { plugin: string }).plugin)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5'])
        expect(ids(all)).toEqual(ids(all).toSorted((a = 0, b = 0) => a - b))
        expect(await again.feed.range()).toEqual({ first: all[0]?.id ?? 0, last: all.at(-1)?.id ?? 0 })
      },
    )

    promises('hands a subscriber first what is stored behind its last, then what happens', async (store) => {
      for (let i = 0; i < 3; i += 1) await store.plugins.setDesired(`p${i}`, 'armed')
      const [first] = await allEvents(store)
      const reader = store.feed.subscribe({ after: first?.id ?? 0 })
      const seen = [await reader.next(), await reader.next()]
      const waiting = reader.next()
      await store.plugins.setDesired('p3', 'armed')
      seen.push(await waiting)
      await reader.return()
      expect(seen.map(({ value }) => (value as RefbotEvent).data)).toMatchObject(
        [1, 2, 3].map((i) => ({ plugin: `p${i}` })),
      )
    })

    promises('begins with the next event for a subscriber that names none', async (store) => {
      await store.plugins.setDesired('before', 'armed')
      const reader = store.feed.subscribe()
      const waiting = reader.next()
      await store.plugins.setDesired('after', 'armed')
      expect(((await waiting).value as RefbotEvent).data).toMatchObject({ plugin: 'after' })
      await reader.return()
    })

    promises('lets a subscriber be slow, and gives it everything all the same', async (store) => {
      const reader = store.feed.subscribe({ after: 0, capacity: 2 })
      for (let i = 0; i < 20; i += 1) await store.plugins.setDesired(`p${i}`, 'armed')
      const seen: string[] = []
      while (seen.length < 20) {
        const { value } = await reader.next()
        seen.push(((value as RefbotEvent).data as { plugin: string }).plugin)
      }
      await reader.return()
      expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `p${i}`))
    })

    promises('ends a subscription by its signal and by closing the store', async (store, { reopen }) => {
      const controller = new AbortController()
      const aborted = store.feed.subscribe({ signal: controller.signal }).next()
      const closed = store.feed.subscribe().next()
      controller.abort()
      expect((await aborted).done).toEqual(true)
      await reopen()
      expect((await closed).done).toEqual(true)
    })
  })
}
