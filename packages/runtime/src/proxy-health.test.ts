import { ProxyScorer } from '@refbot/proxy-scoring'
import { describe, expect, it } from 'vitest'
import { ProxyHealth, type ProxyHealthOptions } from './proxy-health.ts'
import { applyRetention, type Store } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'

const [A, B] = ['http://127.0.0.1:1', 'http://127.0.0.1:2'] as const
const LONG = 3_600_000
const DAY = 86_400_000

async function life(folder: TestFolder, store: Store, onDamaged: ProxyHealthOptions['onDamaged'] = () => {}) {
  const proxies = new ProxyScorer({ proxies: [1, 2].map((port) => ({ host: '127.0.0.1', port })), clock: folder.clock })
  const health = new ProxyHealth({ proxies, store, everyMs: LONG, gatherMs: LONG, onDamaged })
  await health.start()
  return { proxies, health }
}

const scoreOf = ({ proxies }: { proxies: ProxyScorer }, id: string) =>
  proxies.scores().find(({ proxyId }) => proxyId === id)

describe('what was learnt of proxies', () => {
  it('outlives a restart: scores, circuits, and who is isolated', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const first = await life(folder, store)
    for (let i = 0; i < 20; i += 1) first.proxies.report(A, { latencyMs: 100 })
    for (let i = 0; i < 5; i += 1) first.proxies.report(B, { reason: 'refused_connection' })
    const before = [scoreOf(first, A), scoreOf(first, B)]
    expect(before[1]?.circuit).toBe('open')
    await first.health[Symbol.asyncDispose]()

    const second = await life(folder, store)
    expect([scoreOf(second, A), scoreOf(second, B)]).toEqual(before)
    second.proxies.isolate(A)
    await second.health.save()
    // Without its end, as after a crash.
    const third = await life(folder, store)
    expect(scoreOf(third, A)).toMatchObject({ isolated: true, uses: 20 })
    for (const { health } of [second, third]) await health[Symbol.asyncDispose]()
  })

  it('is written of those alone that were used or changed since', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { proxies, health } = await life(folder, store)
    await health.save()
    folder.now += 1000
    proxies.report(A, { latencyMs: 100 })
    await health.save()
    const saved = (await store.proxyHealth.load()).map(({ proxies: some }) => some.map(({ id }) => id))
    expect(saved).toEqual([[B], [A]])
    await health[Symbol.asyncDispose]()
  })

  it('tells of every change of a circuit in an event', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { proxies, health } = await life(folder, store)
    proxies.isolate(A)
    proxies.release(A)
    await health[Symbol.asyncDispose]()
    expect(folder.events.map(({ type, data }) => [type, data])).toEqual([
      ['proxy.circuit', { proxyId: A, from: 'closed', to: 'open', input: 'isolated', retryAt: null }],
      ['proxy.circuit', { proxyId: A, from: 'open', to: 'closed', input: 'released', retryAt: null }],
    ])
  })

  it('is forgotten when it is old, but not that somebody isolated a proxy', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { proxies, health } = await life(folder, store)
    proxies.isolate(A)
    await health.save()
    for (let day = 0; day < 100; day += 1) {
      folder.now += DAY
      await health.save()
    }
    await applyRetention(store, { proxyHealthMs: 90 * DAY }, folder.now)
    const again = await life(folder, store)
    expect(scoreOf(again, A)?.isolated).toBe(true)
    for (const one of [health, again.health]) await one[Symbol.asyncDispose]()
  })

  it('costs no start where it is damaged: the others’ is taken over, and the damaged is told of', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const first = await life(folder, store)
    for (const id of [A, B]) first.proxies.report(id, { latencyMs: 100 })
    await first.health[Symbol.asyncDispose]()
    const [snapshot] = await store.proxyHealth.load()
    const damaged = snapshot?.proxies.map((memory) => (memory.id === A ? { ...memory, samples: -1 } : memory)) ?? []
    await store.proxyHealth.save({ takenAt: folder.now, proxies: damaged })
    const told: unknown[] = []
    const second = await life(folder, store, (proxyId, error) => told.push([proxyId, error]))
    expect([scoreOf(second, A)?.uses, scoreOf(second, B)?.uses]).toEqual([0, 1])
    expect(told).toEqual([[A, expect.objectContaining({ code: 'PROXY_SNAPSHOT_INVALID' })]])
    await second.health[Symbol.asyncDispose]()
  })
})
