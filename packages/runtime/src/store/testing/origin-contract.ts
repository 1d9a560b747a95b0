import { allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'

const ORIGIN = 'https://shop.test'
/** After the clock of any engine under test. */
const LATER = Date.UTC(2099, 0)

/** What every `OriginStore` promises. */
export function originStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as an OriginStore`, make, (promises) => {
    const pause = (origin: string, until: number) =>
      ({ origin, cause: 'rate_limited', runId: 'run-1', since: 1, until }) as const

    promises('keeps the last pause of each origin over a restart, and none that is over', async (store, { reopen }) => {
      const until = LATER
      const last = { ...pause(ORIGIN, until + 1), cause: 'challenged' } as const
      await store.origins.pause(pause(ORIGIN, until))
      await store.origins.pause(last)
      await store.origins.pause(pause('https://over.test', 2))
      expect(await store.origins.pauses()).toEqual([last])
      expect(await (await reopen()).origins.pauses()).toEqual([last])
    })

    promises('lifts a pause once, and tells of both in events', async (store) => {
      const until = LATER
      await store.origins.pause(pause(ORIGIN, until))
      expect([await store.origins.lift(ORIGIN), await store.origins.lift(ORIGIN)]).toEqual([true, false])
      expect(await store.origins.pauses()).toEqual([])
      expect((await allEvents(store)).map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'origin.paused', data: { origin: ORIGIN, cause: 'rate_limited', runId: 'run-1', until } },
        { type: 'origin.lifted', data: { origin: ORIGIN } },
      ])
    })

    promises(
      'keeps what each origin has taken today, over a restart, and forgets the days before',
      async (store, { reopen }) => {
        await store.origins.count([{ origin: ORIGIN, day: 7, count: 3 }])
        await store.origins.count([
          { origin: ORIGIN, day: 8, count: 1 },
          { origin: 'https://bank.test', day: 8, count: 5 },
        ])
        await store.origins.count([{ origin: ORIGIN, day: 8, count: 2 }])
        const { origins } = await reopen()
        expect(await origins.counts(7)).toEqual([])
        expect((await origins.counts(8)).toSorted((a, b) => a.count - b.count)).toEqual([
          { origin: ORIGIN, day: 8, count: 2 },
          { origin: 'https://bank.test', day: 8, count: 5 },
        ])
      },
    )
  })
}
