import { describe, expect, it } from 'vitest'
import { MemoryMetricStore, type MetricStore, MetricsAggregator } from './index.ts'
import { ManualClock } from './testing/index.ts'

function setUp(options: { store?: MetricStore } = {}) {
  const clock = new ManualClock()
  const store = options.store ?? new MemoryMetricStore()
  return { clock, store, metrics: new MetricsAggregator({ clock, store }) }
}

/** A turn of the event loop: a wait for a condition that never comes runs into the test's time limit. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const collect = async (pieces: AsyncIterable<string>): Promise<string> => {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

describe('MetricsAggregator', () => {
  it('answers a window from memory, without a flush', async () => {
    const { clock, metrics } = setUp()
    await metrics.restore()
    for (const value of [100, 200, 300, 400]) metrics.record('t', value)
    clock.advance(1_000)
    metrics.record('t', 1_000)
    expect(metrics.window('t', 5_000)).toEqual({
      count: 5,
      sum: 2_000,
      mean: 400,
      min: 100,
      max: 1_000,
      stddev: Math.sqrt(100_000),
      p50: 300,
      p95: expect.closeTo(880, 9),
      p99: 976,
      first: 100,
      last: 1_000,
      since: clock.now() - 5_000,
      source: 'samples',
      complete: true,
    })
    expect(metrics.window('t', 1_000).count).toBe(1)
    expect(metrics.window('nobody', 1_000)).toMatchObject({ count: 0, mean: undefined, complete: true })
  })

  it('tells the series of a metric apart by their labels, in whatever order they are written', () => {
    const { metrics } = setUp()
    metrics.record('t', 1, { labels: { a: '1', b: '2' } })
    metrics.record('t', 3, { labels: { b: '2', a: '1' } })
    metrics.record('t', 10, { labels: { a: '1' } })
    expect(metrics.series().map((s) => [s.labels, s.lastValue])).toEqual([
      [{ a: '1', b: '2' }, 3],
      [{ a: '1' }, 10],
    ])
    expect(metrics.window({ name: 't', labels: { b: '2' } }, 1).mean).toBe(2)
    expect(metrics.window('t', 1).sum).toBe(14)
  })

  it('gives the success rate of outcomes, and none without samples', () => {
    const { metrics } = setUp()
    expect(metrics.getSuccessRate('ok', 1_000)).toBeUndefined()
    for (const success of [true, true, false, true]) metrics.recordOutcome('ok', success)
    expect(metrics.getSuccessRate('ok', 1_000)).toBe(0.75)
  })

  it('drops and counts what is stale or too far ahead, and refuses what is no number', () => {
    const { clock, metrics } = setUp()
    const now = clock.now()
    expect(metrics.record('t', 1, { at: now - 120_001 })).toBe(false)
    expect(metrics.record('t', 1, { at: 0 })).toBe(false)
    expect(metrics.record('t', 1, { at: now + 60_001 })).toBe(false)
    expect(metrics.record('t', 1, { at: now - 120_000 })).toBe(true)
    expect(metrics.stats().dropped).toMatchObject({ stale: 2, future: 1 })
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => metrics.record('t', bad)).toThrow(expect.objectContaining({ code: 'METRIC_VALUE_INVALID' }))
    }
    expect(() => metrics.record('t', 1, { at: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'METRIC_TIME_INVALID' }),
    )
    for (const name of ['', 'a b', 'x'.repeat(10_000), '1a', 'a"']) {
      expect(() => metrics.record(name, 1)).toThrow(expect.objectContaining({ code: 'METRIC_NAME_INVALID' }))
    }
    expect(() => metrics.record('t', 1, { labels: { 'a b': '' } })).toThrow(
      expect.objectContaining({ code: 'METRIC_LABELS_INVALID' }),
    )
  })

  it('counts with a counter, which cannot go down', async () => {
    const { clock, metrics } = setUp()
    metrics.define('n', { kind: 'counter' })
    const n = metrics.bind('n')
    for (let i = 0; i < 5; i += 1) {
      n.record(2)
      clock.advance(1_000)
    }
    expect(() => n.record(-1)).toThrow(expect.objectContaining({ code: 'METRIC_VALUE_INVALID' }))
    const until = clock.now() + 1
    expect(await metrics.query({ metric: 'n', since: 0, until, aggregate: 'increase' })).toMatchObject([
      { points: [{ value: 10 }] },
    ])
    expect(metrics.series('n')).toMatchObject([{ kind: 'counter', lastValue: 10 }])
  })

  it('keeps a batch that the store refused, and writes it with the next flush', async () => {
    const inner = new MemoryMetricStore()
    let refusals = 1
    const store: MetricStore = {
      append: async (blocks) => {
        refusals -= 1
        if (refusals === 0) throw new Error('disk full')
        await inner.append(blocks)
      },
      read: (query) => inner.read(query),
      prune: (tier, before, limit) => inner.prune(tier, before, limit),
    }
    const { metrics } = setUp({ store })
    metrics.record('t', 1)
    await expect(metrics.flush()).rejects.toMatchObject({ code: 'METRIC_FLUSH_FAILED' })
    expect(metrics.stats().pending).toBe(1)
    metrics.record('t', 2)
    await metrics.flush()
    expect(metrics.stats().pending).toBe(0)
    expect(await collect(metrics.exportCsv())).toMatch(/,1\r\n.*,2\r\n$/s)
  })

  it('shares one flush among all that wait for a slow store', async () => {
    const inner = new MemoryMetricStore()
    const gates: (() => void)[] = []
    const store: MetricStore = {
      append: async (blocks) => {
        await new Promise<void>((resolve) => gates.push(resolve))
        await inner.append(blocks)
      },
      read: (query) => inner.read(query),
      prune: (tier, before, limit) => inner.prune(tier, before, limit),
    }
    const { metrics } = setUp({ store })
    metrics.record('t', 1)
    const first = metrics.flush()
    await turn()
    metrics.record('t', 2)
    const waiting = Array.from({ length: 100 }, () => metrics.flush())
    while (gates.length === 0) await turn()
    gates[0]?.()
    await first
    while (gates.length === 1) await turn()
    gates[1]?.()
    await Promise.all(waiting)
    expect(gates).toHaveLength(2)
    expect(metrics.stats().pending).toBe(0)
  })

  it('exports CSV that a spreadsheet neither runs nor breaks', async () => {
    const { clock, metrics } = setUp()
    metrics.record('t', -1.5, { labels: { q: '=a"b\n,' } })
    clock.advance(10)
    metrics.record('u', 2)
    expect(await collect(metrics.exportCsv({ names: ['t'] }))).toBe(
      'timestamp,name,labels,value\r\n2026-01-01T00:00:00.000Z,t,"{""q"":""=a\\""b\\n,""}",-1.5\r\n',
    )
    expect(await collect(metrics.exportCsv({ since: clock.now() }))).toContain(',u,{},2\r\n')
  })

  it('remembers the last hour after a restart', async () => {
    const { clock, store, metrics } = setUp()
    metrics.record('t', 1)
    clock.advance(3_000_000)
    metrics.record('t', 2)
    await metrics[Symbol.asyncDispose]()
    expect(() => metrics.record('t', 3)).toThrow(expect.objectContaining({ code: 'ANALYTICS_CLOSED' }))
    const next = new MetricsAggregator({ clock, store })
    await next.restore()
    expect(next.window('t', 3_600_000).sum).toBe(3)
    expect(next.stats().pending).toBe(0)
  })

  it('flushes by its clock once started', async () => {
    const { clock, store, metrics } = setUp()
    metrics.start()
    for (let round = 1; round <= 3; round += 1) {
      metrics.record('t', round)
      clock.advance(1_000)
      while (metrics.stats().pending > 0) await turn()
      await turn()
    }
    let blocks = 0
    for await (const page of store.read({ tier: 'raw' })) blocks += page.length
    expect(blocks).toBe(3)
    await metrics[Symbol.asyncDispose]()
  })
})

describe('alert rules', () => {
  const rule = { id: 'slow', kind: 'upper', metric: 't', levels: { warning: 100, critical: 200 } } as const

  it('goes from pending over firing to resolved', () => {
    const { clock, metrics } = setUp()
    metrics.addAlertRule({ ...rule, aggregate: 'last', windowMs: 60_000, forMs: 5_000, recovery: 80 })
    const see = (value: number): string[] => {
      clock.advance(5_000)
      metrics.record('t', value)
      return metrics.evaluateAlerts().map((t) => `${t.from}>${t.to}:${t.alert.severity}`)
    }
    expect(see(50)).toEqual([])
    expect(see(150)).toEqual(['inactive>pending:warning'])
    expect(see(150)).toEqual(['pending>firing:warning'])
    expect(see(250)).toEqual([])
    expect(see(250)).toEqual(['firing>firing:critical'])
    expect(see(90)).toEqual([])
    expect(see(80)).toEqual(['firing>resolved:critical'])
    expect(metrics.alerts()).toMatchObject([{ id: 'slow', state: 'resolved', value: 80 }])
  })

  it('raises one alert for each group', () => {
    const { metrics } = setUp()
    metrics.addAlertRule({ ...rule, groupBy: ['proxy'], kind: 'lower', levels: { info: 5 } })
    for (const [proxy, value] of Object.entries({ a: 1, b: 9, c: 2 })) metrics.record('t', value, { labels: { proxy } })
    metrics.evaluateAlerts()
    expect(metrics.alerts({ state: 'firing' }).map((a) => a.id)).toEqual(['slow{"proxy":"a"}', 'slow{"proxy":"c"}'])
  })

  it('refuses rules that contradict themselves', () => {
    const { metrics } = setUp()
    for (const bad of [{ levels: {} }, { levels: { warning: 2, critical: 1 } }, { recovery: 101 }, { forMs: -1 }]) {
      expect(() => metrics.addAlertRule({ ...rule, ...bad })).toThrow(
        expect.objectContaining({ code: 'ALERT_RULE_INVALID' }),
      )
    }
  })
})

describe('a question about the last while', () => {
  it('is refused where it has no length, or would be cut into no parts or too many', () => {
    const { metrics } = setUp()
    const refused = expect.objectContaining({ code: 'METRIC_QUERY_INVALID' })
    for (const windowMs of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => metrics.window('t', windowMs)).toThrow(refused)
      expect(() => metrics.getSuccessRate('t', windowMs)).toThrow(refused)
      expect(() => metrics.getErrorBudget('t', 0.9, windowMs)).toThrow(refused)
      expect(() => metrics.detectAnomalies('t', windowMs)).toThrow(refused)
      expect(() => metrics.getTrendAnalysis('t', windowMs)).toThrow(refused)
    }
    const latency = { metric: 't', objective: Number.NaN }
    for (const bad of [{ periods: 0 }, { periods: 1e9 }, { successObjective: 99 }, { windowMs: 0 }, { latency }]) {
      expect(() => metrics.getReliability({ success: 't', windowMs: 1_000, ...bad })).toThrow(refused)
    }
  })
})
