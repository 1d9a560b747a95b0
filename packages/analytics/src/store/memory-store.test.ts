import { describe, expect, it } from 'vitest'
import { metricStoreContract } from '../testing/index.ts'
import { MemoryMetricStore } from './memory-store.ts'
import type { MetricBlock, Tier } from './metric-store.ts'

metricStoreContract('MemoryMetricStore', async () => new MemoryMetricStore(), { describe, it, expect })

const block = (tier: Tier, from: number, bytes = 744): MetricBlock => ({
  tier,
  name: '',
  labels: {},
  from,
  to: from,
  count: 1,
  data: new Uint8Array(bytes),
})

async function held(store: MemoryMetricStore, tier: Tier): Promise<number[]> {
  const found: number[] = []
  for await (const page of store.read({ tier })) found.push(...page.map(({ from }) => from))
  return found
}

describe('MemoryMetricStore beyond its bound', () => {
  it('lets the oldest samples go before any rollup, then minutes, then hours, and counts them', async () => {
    const store = new MemoryMetricStore({ maxBytes: 5_000 })
    await store.append([block('1h', 1), block('1m', 2), block('raw', 3), block('raw', 4), block('raw', 5)])
    expect([store.bytes, store.evicted]).toEqual([5_000, 0])
    await store.append([block('raw', 6)])
    expect([await held(store, 'raw'), store.evicted]).toEqual([[5, 6], 2])
    for (let i = 0; i < 10; i += 1) await store.append([block('1m', 10 + i)])
    expect(await held(store, 'raw')).toEqual([])
    expect(await held(store, '1h')).toEqual([1])
    expect(store.bytes).toBeLessThanOrEqual(5_000)
    for (let i = 0; i < 100; i += 1) await store.append([block('1h', 100 + i)])
    expect(store.bytes).toBeLessThanOrEqual(5_000)
    expect((await held(store, '1h')).at(-1)).toBe(199)
  })

  it('has room again for what was pruned', async () => {
    const store = new MemoryMetricStore({ maxBytes: 3_000 })
    await store.append([block('raw', 1), block('raw', 2), block('raw', 3)])
    expect(await store.prune('raw', 3)).toBe(2)
    await store.append([block('raw', 4), block('raw', 5)])
    expect([await held(store, 'raw'), store.evicted]).toEqual([[3, 4, 5], 0])
  })

  it('refuses a bound that is none', () => {
    expect(() => new MemoryMetricStore({ maxBytes: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'ANALYTICS_OPTION_INVALID' }),
    )
  })
})
