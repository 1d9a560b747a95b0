import { allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'
import { alertSnapshot, transition } from './operator-samples.ts'

/** What every `AlertStateStore` promises. */
export function alertStateStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as an AlertStateStore`, make, (promises) => {
    promises('holds nothing until something was saved', async ({ alertState }) => {
      expect(await alertState.load()).toEqual(undefined)
    })

    promises('gives back the last state whole, over a restart', async ({ alertState }, { reopen }) => {
      const last = alertSnapshot(transition('pending', 'firing'))
      await alertState.save({ snapshot: alertSnapshot(), transitions: [] })
      await alertState.save({ snapshot: last, transitions: [] })
      expect(await alertState.load()).toEqual(last)
      expect(await (await reopen()).alertState.load()).toEqual(last)
    })

    promises('tells of each transition in an event, in order', async (store) => {
      const transitions = [
        transition('inactive', 'pending'),
        transition('pending', 'inactive'),
        transition('pending', 'firing'),
        transition('firing', 'firing', { severityBefore: 'info' }),
        transition('firing', 'resolved'),
      ]
      await store.alertState.save({ snapshot: alertSnapshot(), transitions })
      const events = await allEvents(store)
      expect(events.map(({ type }) => type)).toEqual([
        'alert.pending',
        'alert.cleared',
        'alert.firing',
        'alert.firing',
        'alert.resolved',
      ])
      const { id: alertId, ruleId, severity } = transition('inactive', 'pending').alert
      expect(events[3]?.data).toMatchObject({ alertId, ruleId, severity, severityBefore: 'info' })
    })
  })
}
