import { describe, expect, it } from 'vitest'
import { type AlertRule, type AlertSnapshotV2, MemoryMetricStore, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const minute = 60_000
const hour = 60 * minute

function open(rules: readonly AlertRule[], options: { clock?: ManualClock; store?: MemoryMetricStore } = {}) {
  const { clock = new ManualClock(), store = new MemoryMetricStore() } = options
  const metrics = new MetricsAggregator({ clock, store })
  for (const rule of rules) metrics.addAlertRule(rule)
  const firing = (): string => {
    metrics.evaluateAlerts()
    return metrics
      .alerts({ state: 'firing' })
      .map(({ id, value }) => `${id}@${value / minute}`)
      .join(' ')
  }
  /** Ends this process, and begins the next one after `downMs`. */
  const restart = async (downMs: number, rulesThen = rules) => {
    const snapshot = JSON.parse(JSON.stringify(metrics.alertSnapshot())) as AlertSnapshotV2
    await metrics[Symbol.asyncDispose]()
    clock.advance(downMs)
    const next = open(rulesThen, { clock, store })
    await next.metrics.restore()
    next.metrics.restoreAlerts(snapshot)
    return next
  }
  return { clock, store, metrics, firing, restart }
}

const absent = (more: Partial<AlertRule> = {}): AlertRule =>
  ({ id: 'gone', kind: 'absence', metric: 'm', levels: { warning: 30 * minute }, ...more }) as AlertRule

describe('an absence alert', () => {
  it('goes on firing over a restart, and ends with the next sample', async () => {
    const before = open([absent()])
    before.metrics.record('m', 1)
    before.clock.advance(3 * hour)
    expect(before.firing()).toBe('gone@180')
    const after = await before.restart(10 * minute)
    expect(after.firing()).toBe('gone@180')
    after.clock.advance(minute)
    expect(after.firing()).toBe('gone@181')
    after.metrics.record('m', 1)
    expect(after.firing()).toBe('')
  })

  it('does not count the time in which no process ran, and counts on what came before', async () => {
    const before = open([absent()])
    before.metrics.record('m', 1)
    before.clock.advance(20 * minute)
    expect(before.firing()).toBe('')
    const after = await before.restart(5 * hour)
    expect(after.firing()).toBe('')
    after.clock.advance(11 * minute)
    expect(after.firing()).toBe('gone@31')
  })

  it('knows how long it was, also once the series has left memory', async () => {
    const { clock, metrics, firing } = open([absent({ levels: { warning: 8 * hour } } as never)])
    clock.advance(30 * hour)
    metrics.record('m', 1)
    for (let i = 0; i < 8; i += 1) {
      clock.advance(hour)
      await metrics.flush()
      expect(firing()).toBe('')
    }
    expect(metrics.series('m')).toEqual([])
    clock.advance(minute)
    expect(firing()).toBe('gone@481')
  })

  it('fires for a group whose series has left memory, before and after a restart', async () => {
    const before = open([absent({ groupBy: ['host'], levels: { warning: 8 * hour } } as never)])
    for (const host of ['a', 'b']) before.metrics.record('m', 1, { labels: { host } })
    before.clock.advance(7 * hour)
    before.metrics.record('m', 1, { labels: { host: 'b' } })
    expect(before.firing()).toBe('')
    const after = await before.restart(0)
    after.clock.advance(2 * hour)
    expect(after.firing()).toBe('gone{"host":"a"}@540')
    after.metrics.record('m', 1, { labels: { host: 'a' } })
    expect(after.firing()).toBe('')
  })
})

describe('the alerts of a rule that is gone', () => {
  const slow: AlertRule = { id: 'slow', kind: 'upper', metric: 'm', aggregate: 'last', levels: { warning: 1 } }

  it('end with it, and their end is told and remembered', () => {
    const { metrics } = open([slow])
    metrics.record('m', 5)
    metrics.evaluateAlerts()
    expect(metrics.removeAlertRule('slow')).toBe(true)
    expect(metrics.alerts({ state: 'firing' })).toEqual([])
    expect(() => metrics.acknowledgeAlert('slow', 'me')).toThrow(expect.objectContaining({ code: 'ALERT_UNKNOWN' }))
    expect(metrics.evaluateAlerts().map(({ from, to }) => `${from}>${to}`)).toEqual(['firing>resolved'])
    expect(metrics.alertHistory('slow')).toHaveLength(2)
    expect(metrics.evaluateAlerts()).toEqual([])
  })

  it('end after a restart without the rule', async () => {
    const before = open([slow])
    before.metrics.record('m', 5)
    before.metrics.evaluateAlerts()
    const after = await before.restart(minute, [])
    expect(after.metrics.evaluateAlerts()).toMatchObject([{ from: 'firing', to: 'resolved', alert: { id: 'slow' } }])
    after.clock.advance(hour)
    after.metrics.evaluateAlerts()
    expect(after.metrics.alerts()).toEqual([])
    after.metrics.evaluateAlerts()
    expect(after.metrics.alertHistory()).toEqual([])
  })

  it('end where the rule looks at something else by now, in this process or the next', async () => {
    const grouped: AlertRule = { ...slow, groupBy: ['host'] }
    for (const restarted of [false, true]) {
      const before = open([slow])
      before.metrics.record('m', 5, { labels: { host: 'a' } })
      before.metrics.evaluateAlerts()
      if (!restarted) before.metrics.addAlertRule(grouped)
      const after = restarted ? await before.restart(minute, [grouped]) : before
      expect(after.metrics.evaluateAlerts().map(({ alert, to }) => `${alert.id} ${to}`)).toEqual([
        'slow resolved',
        'slow{"host":"a"} firing',
      ])
    }
  })

  it('go on where the rule is put back before the next evaluation, or only its levels change', () => {
    const { metrics, firing } = open([slow])
    metrics.record('m', 5)
    metrics.evaluateAlerts()
    metrics.removeAlertRule('slow')
    metrics.addAlertRule({ ...slow, levels: { warning: 2 } })
    expect(metrics.evaluateAlerts()).toEqual([])
    expect(firing()).not.toBe('')
  })
})

describe('an anomaly alert', () => {
  const odd: AlertRule = { id: 'odd', kind: 'anomaly', metric: 'm', windowMs: 10 * minute, levels: { warning: 1 } }

  it('goes on after a restart, without a new warm-up, where the detectors are restored', async () => {
    const before = open([odd])
    for (let i = 0; i < 200; i += 1) {
      before.clock.advance(2 * hour)
      before.metrics.record('m', 100 + (i % 5))
      before.firing()
    }
    const detectors = JSON.parse(JSON.stringify(before.metrics.detectorSnapshot()))
    const after = await before.restart(7 * hour)
    after.metrics.restoreDetectors(detectors)
    expect(after.firing()).toBe('')
    after.metrics.record('m', 900)
    expect(after.firing()).not.toBe('')

    const again = after.metrics.detectorSnapshot()
    const third = await after.restart(minute)
    third.metrics.restoreDetectors(again)
    expect(third.firing()).not.toBe('')
    third.clock.advance(10 * minute)
    third.metrics.record('m', 102)
    expect(third.firing()).toBe('')

    // Without them the first samples are a warm-up again.
    const fourth = await third.restart(7 * hour)
    fourth.metrics.record('m', 900)
    expect(fourth.firing()).toBe('')
  })

  it('learns on where its series was away', async () => {
    const { clock, metrics, firing } = open([odd])
    for (let i = 0; i < 200; i += 1) {
      clock.advance(7 * hour)
      await metrics.flush()
      metrics.record('m', 100 + (i % 5))
      metrics.evaluateAlerts()
    }
    metrics.record('m', 900)
    expect(firing()).not.toBe('')
  })

  it('refuses detectors of another version', () => {
    const { metrics } = open([odd])
    expect(() => metrics.restoreDetectors({ version: 2, detectors: [] } as never)).toThrow(
      expect.objectContaining({ code: 'METRIC_IMPORT_INVALID' }),
    )
  })
})

it('a snapshot of version 1 is taken up', () => {
  const { clock, metrics } = open([absent()])
  const { absences: _, messages: __, ...rest } = metrics.alertSnapshot()
  const next = new MetricsAggregator({ clock })
  next.restoreAlerts({ ...rest, version: 1 })
  expect(next.alertSnapshot().version).toBe(2)
})

describe('a rule over a long window', () => {
  const long = (more: Partial<AlertRule>): AlertRule =>
    ({ id: 'long', kind: 'upper', metric: 'm', windowMs: 6 * hour, levels: { info: 1 }, ...more }) as AlertRule

  it.each<[string, Partial<AlertRule>]>([
    ['a mean', {}],
    ['a sum', { aggregate: 'sum' } as never],
    ['a quantile', { aggregate: 'p95' } as never],
    ['the greatest', { aggregate: 'max' } as never],
    ['a change', { kind: 'rate-of-change', windowMs: 3 * hour, aggregate: 'max', measure: 'absolute' } as never],
  ])('of %s sees all of it again after a restart', async (_, more) => {
    const before = open([long(more)])
    for (let i = 0; i < 8 * 60; i += 1) {
      before.metrics.record('m', i < 300 ? 60_000 * i : 60_000)
      before.clock.advance(minute)
      if (i % 10 === 0) await before.metrics.flush()
    }
    const numberOf = (firing: string): number => Number(firing.split('@')[1])
    const seen = numberOf(before.firing())
    const after = await before.restart(0)
    // Sums begin with the whole minute, or hour, in which the window does.
    expect(numberOf(after.firing()) / seen).toBeCloseTo(1, 1)
  })
})
