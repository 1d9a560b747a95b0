import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalLabels, defaultLabelLimits } from './labels.ts'
import { type SeriesLimitSignal, SeriesRegistry } from './registry.ts'

function setUp(series = 100) {
  const signals: SeriesLimitSignal[] = []
  const limits = { ...defaultLabelLimits, series, samplesPerSeries: 64, samples: 1e6 }
  return { signals, registry: new SeriesRegistry(limits, (signal) => signals.push(signal)) }
}

const labels = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('"', '\n', '\u0001', '{"b":"x"}')),
)

describe('SeriesRegistry', () => {
  it('finds one series for the same labels in any order, and another for any others', () => {
    fc.assert(
      fc.property(labels, labels, (one, two) => {
        const { registry } = setUp()
        const first = registry.resolve('m', one)
        const reversed = Object.fromEntries(Object.entries(one).reverse())
        expect(registry.resolve('m', reversed)).toBe(first)
        expect(registry.resolve('m', one)).toBe(first)
        const same = JSON.stringify(canonicalLabels(one)) === JSON.stringify(canonicalLabels(two))
        expect(registry.resolve('m', two) === first).toBe(same)
        expect(registry.resolve('m', two)).toBe(registry.resolve('m', { ...two }))
      }),
    )
  })

  it('sends a million label sets beyond the limit to one overflow series, says so once, and counts', () => {
    const { registry, signals } = setUp(1_000)
    for (let i = 0; i < 1_000_000; i += 1) registry.resolve('m', { id: String(i) })
    expect(registry.count).toBe(1_001)
    expect(registry.overflowed).toBe(999_000)
    expect(registry.resolve('m', { id: 'x' })?.labels).toEqual({ overflow: 'true' })
    expect(registry.resolve('m', { id: '7' })?.labels).toEqual({ id: '7' })
    expect(signals).toEqual([{ type: 'series-limit', name: 'm', limit: 1_000 }])
    expect(registry.resolve('new', undefined)).toBeUndefined()
  })

  it('tells values apart that end alike, are short or empty, however often they alternate', () => {
    const { registry } = setUp(1_000)
    const ids = ['', 'x', 'y', ...Array.from({ length: 300 }, (_, i) => `${i}.example`)]
    const found = ids.map((id) => registry.resolve('m', { id, same: '' }))
    expect(new Set(found).size).toBe(ids.length)
    for (const each of [...ids, ...ids.toReversed()]) {
      expect(registry.resolve('m', { id: each, same: '' })).toBe(found[ids.indexOf(each)])
    }
    expect(() => registry.resolve('m', { id: 1 as never, same: '' })).toThrow(
      expect.objectContaining({ code: 'METRIC_LABELS_INVALID' }),
    )
  })

  it('forgets a dropped series and makes room for another', () => {
    const { registry } = setUp(1)
    const first = registry.resolve('m', { a: '1' })
    if (first !== undefined) registry.drop(first)
    expect([first?.dropped, registry.count, registry.budget.used]).toEqual([true, 0, 0])
    expect(registry.resolve('m', { a: '1' })).not.toBe(first)
  })

  it('refuses another kind only once the metric was used', () => {
    const { registry } = setUp()
    registry.define('m', { kind: 'counter', help: 'How often.' })
    registry.resolve('m', undefined)
    registry.define('m', { kind: 'histogram', buckets: [1, 2] })
    expect(registry.definition('m')).toEqual({ kind: 'histogram', help: 'How often.', buckets: [1, 2] })
    registry.resolve('m', undefined)?.ring.push(1, 1)
    registry.define('m', { kind: 'histogram' })
    for (const other of [{ kind: 'gauge' }, { buckets: [1, 3] }] as const) {
      expect(() => registry.define('m', other)).toThrow(expect.objectContaining({ code: 'METRIC_KIND_CONFLICT' }))
    }
    for (const buckets of [[], [2, 1], [1, Number.NaN]]) {
      expect(() => registry.define('n', { buckets })).toThrow(
        expect.objectContaining({ code: 'ANALYTICS_OPTION_INVALID' }),
      )
    }
  })

  it('refuses labels that are no labels', () => {
    const { registry } = setUp()
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, '']))
    const bad: Record<string, string>[] = [{ __x: '' }, { a: 'x'.repeat(1_001) }, { a: '\ud800' }, many]
    for (const each of [...bad, { a: 5 } as unknown as Record<string, string>]) {
      expect(() => registry.resolve('m', each)).toThrow(expect.objectContaining({ code: 'METRIC_LABELS_INVALID' }))
    }
    expect(registry.count).toBe(0)
  })

  it('finds known labels the short way also after any number of others came and went', () => {
    const { registry } = setUp(100)
    const churn = (round: number): void => {
      for (let i = 0; i < 60; i += 1) {
        const series = registry.resolve('m', { id: `${round}-${i}`, a: 'x' })
        if (series !== undefined && i % 3 === 0) registry.drop(series)
      }
      for (const series of registry.select('m', { a: 'x' })) registry.drop(series)
    }
    for (let round = 0; round < 100; round += 1) churn(round)
    // And paths that lead nowhere new: the same labels in all their orders.
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (let i = 0; i < 2_000; i += 1) {
      const order = names.toSorted((x, y) => ((x.charCodeAt(0) * (i + 7)) % 31) - ((y.charCodeAt(0) * (i + 7)) % 31))
      registry.resolve('m', Object.fromEntries(order.map((name) => [name, '1'])))
    }
    let looks = 0
    const watched = (id: string): Record<string, string> =>
      new Proxy({ id, a: 'z' } as Record<string, string>, {
        ownKeys: (target) => {
          looks += 1
          return Reflect.ownKeys(target)
        },
      })
    const sets = ['p', 'q', 'r', 's'].map(watched)
    const found = sets.map((set) => registry.resolve('m', set))
    looks = 0
    expect(sets.map((set) => registry.resolve('m', set))).toEqual(found)
    expect(looks).toBe(sets.length)
  })
})
