import type { Labels } from '../series/labels.ts'
import type { BlockQuery, MetricBlock, MetricStore, Tier } from '../store/metric-store.ts'

/** The three functions of a test runner that the suite needs; those of vitest, Jest and Bun fit. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => Promise<void>) => void
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): void }
}

/** A fresh, empty store for each test, and how to end it. */
export type MakeMetricStore = () => Promise<MetricStore & Partial<AsyncDisposable>>

function block(from: number, options: Partial<MetricBlock> = {}): MetricBlock {
  const data = Uint8Array.from({ length: 24 }, (_, i) => (i * 37 + from) % 256)
  return { tier: 'raw', name: 'm', labels: {}, from, to: from, count: 1, data, ...options }
}

async function readAll(store: MetricStore, query: BlockQuery): Promise<MetricBlock[]> {
  const found: MetricBlock[] = []
  // Plain objects and plain arrays: a store may hand back rows of its own class, and bytes as a Buffer.
  for await (const page of store.read(query)) {
    for (const b of page) {
      const { tier, name, from, to, count } = b
      found.push({ tier, name, labels: { ...b.labels }, from, to, count, data: Uint8Array.from(b.data) })
    }
  }
  return found
}

/**
 * What every `MetricStore` promises.
 * @param name Shown as the suite's title.
 */
export function metricStoreContract(name: string, makeStore: MakeMetricStore, test: TestFunctions): void {
  const { describe, it, expect } = test
  const promise = (title: string, body: (store: MetricStore) => Promise<void>): void => {
    it(title, async () => {
      const store = await makeStore()
      try {
        await body(store)
      } finally {
        await store[Symbol.asyncDispose]?.()
      }
    })
  }

  describe(`${name} as a metric store`, () => {
    promise('gives back what was appended, byte for byte', async (store) => {
      const labels: Labels = { a: 'x"y\n', b: 'é, 𝛑 and \\' }
      const blocks = [
        block(1_000.5, { labels, to: 2_000.25, count: 7 }),
        block(5, { name: 'n', data: new Uint8Array() }),
      ]
      await store.append(blocks)
      expect(await readAll(store, { tier: 'raw' })).toEqual(blocks)
    })

    promise('is empty at first, and takes an empty batch', async (store) => {
      await store.append([])
      expect(await readAll(store, { tier: 'raw' })).toEqual([])
      expect(await store.prune('raw', Number.MAX_SAFE_INTEGER)).toEqual(0)
    })

    promise('keeps the tiers apart', async (store) => {
      const tiers: readonly Tier[] = ['raw', '1m', '1h']
      await store.append(tiers.map((tier, i) => block(i, { tier })))
      for (const [i, tier] of tiers.entries()) {
        expect(await readAll(store, { tier })).toEqual([block(i, { tier })])
      }
      await store.prune('raw', 10)
      expect(await readAll(store, { tier: 'raw' })).toEqual([])
      expect(await readAll(store, { tier: '1m' })).toEqual([block(1, { tier: '1m' })])
    })

    promise('reads in the order of name, labels, time and arrival', async (store) => {
      const [a, b] = [{ labels: { k: 'a' } }, { labels: { k: 'b' } }]
      const sorted = [
        block(3, { name: 'A' }),
        block(1, a),
        block(9, { ...a, count: 1 }),
        block(9, { ...a, count: 2 }),
        block(2, b),
        block(0, { name: 'z' }),
      ]
      const order = [5, 2, 4, 0, 3, 1]
      await store.append(order.slice(0, 3).map((i) => sorted[i] as MetricBlock))
      await store.append(order.slice(3).map((i) => sorted[i] as MetricBlock))
      expect(await readAll(store, { tier: 'raw' })).toEqual(sorted)
    })

    promise('reads the metrics asked for, by exact name', async (store) => {
      const names = ['a', 'a.b', 'A', 'ab']
      await store.append(names.map((n, i) => block(i, { name: n })))
      const found = await readAll(store, { tier: 'raw', names: ['a', 'ab', 'nobody'] })
      expect(found.map((b) => b.name)).toEqual(['a', 'ab'])
      expect(await readAll(store, { tier: 'raw', names: [] })).toEqual([])
    })

    promise('reads blocks that touch the range: since included, until excluded', async (store) => {
      await store.append([block(10, { to: 20 }), block(20, { to: 30 }), block(31, { to: 40 })])
      const starts = async (since: number, until: number): Promise<number[]> =>
        (await readAll(store, { tier: 'raw', since, until })).map((b) => b.from)
      expect(await starts(20, 31)).toEqual([10, 20])
      expect(await starts(20.5, 31.5)).toEqual([20, 31])
      expect(await starts(41, 99)).toEqual([])
      expect(await starts(0, 10)).toEqual([])
    })

    promise('prunes blocks that end before the time, the limit at most', async (store) => {
      await store.append([block(1, { to: 9 }), block(2, { to: 10 }), block(3, { to: 5 }), block(4, { to: 6 })])
      expect(await store.prune('raw', 10, 2)).toEqual(2)
      expect(await store.prune('raw', 10, 2)).toEqual(1)
      expect(await store.prune('raw', 10, 2)).toEqual(0)
      expect((await readAll(store, { tier: 'raw' })).map((b) => b.from)).toEqual([2])
    })

    promise('reads more than one page completely, once each', async (store) => {
      const blocks = Array.from({ length: 3_000 }, (_, i) => block(i))
      await store.append(blocks)
      expect((await readAll(store, { tier: 'raw' })).map((b) => b.from)).toEqual(blocks.map((b) => b.from))
    })

    promise('lets a reader stop early', async (store) => {
      await store.append(Array.from({ length: 3_000 }, (_, i) => block(i)))
      for await (const page of store.read({ tier: 'raw' })) if (page.length > 0) break
      await store.append([block(9_999)])
      expect((await readAll(store, { tier: 'raw' })).length).toEqual(3_001)
    })

    promise('compacts small neighbours within a stretch of time, each series for itself', async (store) => {
      if (store.compact === undefined) return
      const [own, other] = [{ labels: { k: 'a' } }, { labels: { k: 'b' } }]
      const minutes = [block(40, { tier: '1m' }), block(50, { tier: '1m' })]
      const crowded = [block(10, own), block(20, { ...own, to: 25 }), block(40, own), block(50, own)]
      const kept = [block(30, { ...own, count: 9 }), block(90, { ...own, to: 110 }), block(60, { name: 'alone' })]
      await store.append([...crowded, ...kept, ...minutes, block(15, other), block(16, other)])
      const given: number[][] = []
      const merge = (blocks: readonly MetricBlock[]) => {
        given.push(blocks.map(({ from }) => from))
        const [first, last] = [blocks.at(-2), blocks.at(-1)]
        if (first === undefined || last === undefined) return []
        const joined = { ...first, to: last.to, count: 7, data: Uint8Array.of(7) }
        return [{ from: blocks.length - 2, to: blocks.length, block: joined }]
      }
      expect(await store.compact('raw', { from: 10, until: 100, points: 9 }, merge)).toEqual(2)
      expect(given.sort(([a = 0], [b = 0]) => a - b)).toEqual([
        [10, 20, 30, 40, 50],
        [15, 16],
      ])
      const found = await readAll(store, { tier: 'raw' })
      expect(found.map(({ name, labels, from, to, count }) => [name, labels.k, from, to, count])).toEqual([
        ['alone', undefined, 60, 60, 1],
        ['m', 'a', 10, 10, 1],
        ['m', 'a', 20, 25, 1],
        ['m', 'a', 30, 30, 9],
        ['m', 'a', 40, 50, 7],
        ['m', 'a', 90, 110, 1],
        ['m', 'b', 15, 16, 7],
      ])
      expect((await readAll(store, { tier: '1m' })).map((b) => b.from)).toEqual([40, 50])
    })

    promise('leaves a series as it is that cannot be merged, and says so once the others are done', async (store) => {
      if (store.compact === undefined) return
      await store.append([block(1, { name: 'a' }), block(2, { name: 'a' }), block(1), block(2)])
      const merge = (blocks: readonly MetricBlock[]) => {
        const [first] = blocks
        if (first === undefined || first.name === 'a') throw new Error('damaged')
        return [{ from: 0, to: 2, block: { ...first, to: 2, count: 2 } }]
      }
      const failure = await store
        .compact('raw', { from: 0, until: 10, points: 9 }, merge)
        .catch((error: unknown) => String(error))
      expect(failure).toEqual('Error: damaged')
      expect((await readAll(store, { tier: 'raw' })).map((b) => [b.name, b.count])).toEqual([
        ['a', 1],
        ['a', 1],
        ['m', 2],
      ])
    })

    promise('keeps bytes that the caller overwrites afterwards', async (store) => {
      const data = Uint8Array.of(1, 2, 3)
      await store.append([block(1, { data })])
      data.fill(9)
      const [found] = await readAll(store, { tier: 'raw' })
      expect([...(found?.data ?? [])]).toEqual([1, 2, 3])
    })
  })
}
