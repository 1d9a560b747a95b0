import { allEvents, contract, type EngineUnderTest, type TestApi } from './contracts.ts'

/** What every `PluginStateStore` promises. */
export function pluginStateStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a PluginStateStore`, make, (promises) => {
    promises('knows nothing of a plugin until somebody wants something of it', async ({ plugins }) => {
      expect(await plugins.desired()).toEqual({})
    })

    promises('keeps the last word on each plugin, over a restart', async ({ plugins }, { reopen }) => {
      await plugins.setDesired('shop', 'armed')
      await plugins.setDesired('bank', 'stopped')
      await plugins.setDesired('shop', 'paused')
      expect(await plugins.desired()).toEqual({ shop: 'paused', bank: 'stopped' })
      expect(await (await reopen()).plugins.desired()).toEqual({ shop: 'paused', bank: 'stopped' })
    })

    promises('tells of each word in an event', async (store) => {
      await store.plugins.setDesired('shop', 'armed')
      await store.plugins.setDesired('shop', 'paused')
      expect((await allEvents(store)).map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'plugin.desired', data: { plugin: 'shop', desired: 'armed' } },
        { type: 'plugin.desired', data: { plugin: 'shop', desired: 'paused' } },
      ])
    })
  })
}

/** What every `PluginValueStore` promises. */
export function pluginValueStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  contract(api, `${name} as a PluginValueStore`, make, (promises) => {
    promises('sets a value only where it is what the caller takes it for', async ({ pluginValues }) => {
      expect(await pluginValues.compareAndSet('shop', 'lock', 'a', 'b')).toEqual(false)
      expect(await pluginValues.compareAndSet('shop', 'lock', undefined, { by: 'a', n: 1 })).toEqual(true)
      expect(await pluginValues.compareAndSet('shop', 'lock', undefined, 'b')).toEqual(false)
      expect(await pluginValues.compareAndSet('shop', 'lock', { n: 1, by: 'a' }, 'b')).toEqual(true)
      expect(await pluginValues.get('shop', 'lock')).toEqual('b')
    })

    promises('gives a value to one of many who want it at once', async ({ pluginValues }) => {
      const tries = Array.from({ length: 20 }, (_, n) => pluginValues.compareAndSet('shop', 'turn', undefined, n))
      const won = (await Promise.all(tries)).flatMap((is, n) => (is ? [n] : []))
      expect(won.length).toEqual(1)
      expect(await pluginValues.get('shop', 'turn')).toEqual(won[0])
    })

    promises('has no value until one is set, and none once it is deleted', async ({ pluginValues }) => {
      expect(await pluginValues.get('shop', 'key')).toEqual(undefined)
      await pluginValues.set('shop', 'key', 1)
      await pluginValues.delete('shop', 'key')
      await pluginValues.delete('shop', 'key')
      expect(await pluginValues.get('shop', 'key')).toEqual(undefined)
      expect(await pluginValues.list('shop', '')).toEqual([])
    })

    promises(
      'gives every JSON value back as it was, null and false among them',
      async ({ pluginValues }, { reopen }) => {
        const values = [null, false, 0, -1.5e300, '', 'ü\u0000\u{1f600}', [], {}, { deep: [{ a: [null] }], __proto: 1 }]
        for (const [index, value] of values.entries()) await pluginValues.set('shop', `k${index}`, value)
        const store = await reopen()
        for (const [index, value] of values.entries()) {
          expect(await store.pluginValues.get('shop', `k${index}`)).toEqual(value)
        }
      },
    )

    promises("keeps one plugin's values from another's", async ({ pluginValues }) => {
      await pluginValues.set('shop', 'key', 1)
      await pluginValues.set('bank', 'key', 2)
      await pluginValues.delete('bank', 'key')
      expect(await pluginValues.get('shop', 'key')).toEqual(1)
    })

    promises(
      'lists by prefix, in order of the keys, and takes no character of it for a pattern',
      async ({ pluginValues }) => {
        for (const key of ['a%b', 'a_b', 'ab', 'b', 'a', 'aé', 'a\u{1f600}']) await pluginValues.set('shop', key, key)
        const keys = async (prefix: string) => (await pluginValues.list('shop', prefix)).map(({ key }) => key)
        expect(await keys('')).toEqual(['a', 'a%b', 'a_b', 'ab', 'aé', 'a\u{1f600}', 'b'])
        expect(await keys('a')).toEqual(['a', 'a%b', 'a_b', 'ab', 'aé', 'a\u{1f600}'])
        expect(await keys('a%')).toEqual(['a%b'])
        expect(await keys('a_')).toEqual(['a_b'])
        expect(await keys('c')).toEqual([])
      },
    )
  })
}
