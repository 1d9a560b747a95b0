import { describe, expect, it } from 'vitest'
import { type AlertRule, type AlertSnapshotV2, MetricsAggregator, type MetricsAggregatorOptions } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** An aggregator with rules, what its sink was told, and a step of time after which alerts are evaluated. */
function watch(rules: readonly AlertRule[], options: MetricsAggregatorOptions = {}) {
  const clock = new ManualClock()
  const told: string[] = []
  const send = async ({ alerts }: { alerts: readonly { id: string; state: string }[] }): Promise<void> => {
    told.push(alerts.map(({ id, state }) => `${id} ${state}`).join(', '))
  }
  const alerts = { sinks: [{ name: 's', send }], ...options.alerts }
  const metrics = new MetricsAggregator({ clock, ...options, alerts })
  for (const rule of rules) metrics.addAlertRule(rule)
  const pass = async (ms: number): Promise<string> => {
    clock.advance(ms)
    metrics.evaluateAlerts()
    await metrics.alertsDelivered()
    return metrics
      .alerts()
      .map(({ id, state }) => `${id} ${state}`)
      .join(', ')
  }
  return { clock, metrics, told, pass }
}

const last = (more: Partial<AlertRule> = {}): AlertRule =>
  ({ id: 'u', kind: 'upper', metric: 'm', aggregate: 'last', levels: { warning: 1 }, ...more }) as AlertRule

describe('labels that a rule groups by', () => {
  it('are checked when the rule is added, so that no evaluation fails over them', () => {
    const { metrics } = watch([])
    for (const groupBy of [['bad name!'], ['__x'], Array.from({ length: 17 }, (_, i) => `l${i}`)]) {
      const add = (): void => metrics.addAlertRule(last({ groupBy }))
      expect(add).toThrow(expect.objectContaining({ code: 'METRIC_LABELS_INVALID' }))
    }
  })

  it('may be as long as the aggregator takes them, and have the names of what objects inherit', async () => {
    const { metrics, pass } = watch([], { limits: { labelValueLength: 5_000, nameLength: 300 } })
    const [name, value] = ['n'.repeat(250), 'x'.repeat(3_000)]
    metrics.addAlertRule(last({ metric: name, groupBy: ['a', 'constructor'] }))
    metrics.record(name, 5, { labels: { a: value } })
    expect(await pass(0)).toContain('firing')
    expect(metrics.alerts()[0]?.labels).toEqual({ a: value, constructor: '' })
    metrics.silenceAlerts({ id: 's', labels: { a: value }, startsAt: 0, endsAt: 1e15 })
    const until = Date.now() * 2
    expect(await metrics.query({ metric: name, since: 0, until, groupBy: ['constructor'] })).toMatchObject([
      { labels: { constructor: '' } },
    ])
  })

  it('that come and go do not keep alerts without end', async () => {
    const { clock, metrics, told, pass } = watch([last({ groupBy: ['id'] })], { alerts: { lostPerRule: 2 } })
    for (let id = 0; id < 4; id += 1) metrics.record('m', 5, { labels: { id: String(id) } })
    await pass(0)
    await metrics.flush()
    clock.advance(7 * hour)
    await metrics.flush()
    expect(metrics.stats().series).toBe(0)
    await pass(0)
    const firing = metrics.alerts({ state: 'firing' }).map(({ labels }) => labels.id)
    expect(firing).toEqual(['2', '3'])
    expect(told.at(-1)).toContain('u{"id":"0"} resolved, u{"id":"1"} resolved')
    metrics.record('m', 5, { labels: { id: '0' } })
    expect(await pass(second)).toContain('u{"id":"0"} firing')
  })

  it('nor absences, which end for good', async () => {
    const gone: AlertRule = { id: 'gone', kind: 'absence', metric: 'm', levels: { info: hour }, groupBy: ['id'] }
    const { metrics, pass } = watch([gone], { alerts: { lostPerRule: 2 } })
    for (let id = 0; id < 6; id += 1) {
      metrics.record('m', 5, { labels: { id: String(id) } })
      await pass(0)
      await metrics.flush()
      await pass(7 * hour)
      await metrics.flush()
      await pass(second)
    }
    const firing = metrics.alerts({ state: 'firing' }).map(({ labels }) => labels.id)
    expect(firing).toEqual(['4', '5'])
  })
})

describe('a rule', () => {
  it('is refused where a word in it means nothing', () => {
    const { metrics } = watch([])
    const change = { id: 'c', kind: 'rate-of-change', metric: 'm', levels: { info: 1 } }
    for (const rule of [
      { ...change, direction: 'upwards' },
      { ...change, measure: 'percent' },
      last({ levels: { warning: 1, fatal: 2 } } as never),
      last({ levels: undefined } as never),
      last({ noData: 'ignore' } as never),
      last({ forMs: -0.5 }),
    ]) {
      const add = (): void => metrics.addAlertRule(rule as AlertRule)
      expect(add).toThrow(expect.objectContaining({ code: 'ALERT_RULE_INVALID' }))
    }
  })

  it('for change has a finite value also where it compares with 0, so that it survives JSON', async () => {
    const windows = { windowMs: minute, keepFiringForMs: hour }
    const { metrics, pass } = watch([
      { id: 'd', kind: 'rate-of-change', metric: 'm', direction: 'down', levels: { warning: 0.5 }, ...windows },
    ])
    for (const value of [10, 0, 5]) {
      metrics.record('m', value)
      await pass(59 * second)
    }
    expect(metrics.alerts()).toMatchObject([{ state: 'firing', value: -Number.MAX_VALUE }])
  })
})

describe('a pending alert', () => {
  it('began to hold anew where nobody looked for long', async () => {
    const { clock, metrics, pass } = watch([last({ forMs: 5 * minute })])
    metrics.record('m', 5)
    await pass(second)
    clock.advance(3 * hour)
    metrics.record('m', 5)
    await pass(second)
    expect(metrics.alerts()).toMatchObject([{ state: 'pending', startedAt: clock.now() }])
  })
})

describe('after the clock was set back by a day', () => {
  const setBack = (clock: ManualClock): void => clock.jumpTo(clock.now() - 24 * hour)

  it('an absence is noticed in its time, and its end as well', async () => {
    const { clock, metrics, pass } = watch([
      { id: 'gone', kind: 'absence', metric: 'm', levels: { warning: 5 * minute } },
    ])
    metrics.record('m', 1)
    await pass(2 * minute)
    setBack(clock)
    for (let i = 0; i < 2; i += 1) expect(await pass(2 * minute)).toBe('')
    expect(await pass(2 * minute)).toBe('gone firing')
    for (let i = 0; i < 3; i += 1) {
      metrics.record('m', 1)
      expect(await pass(4 * minute)).toBe('gone resolved')
    }
    expect(await pass(6 * minute)).toBe('gone firing')
  })

  it('the firing is repeated in its time', async () => {
    const { clock, metrics, told, pass } = watch([last()], { alerts: { repeatMs: hour } })
    metrics.record('m', 5)
    await pass(second)
    setBack(clock)
    for (let i = 0; i < 5; i += 1) await pass(25 * minute)
    expect(told).toHaveLength(2)
  })

  it('a message that waited is tried at once, and a receiver that forgets is reminded', async () => {
    const clock = new ManualClock()
    const open = (send: () => Promise<void>): MetricsAggregator => {
      const sinks = [{ name: 's', refreshMs: 5 * minute, send }]
      const metrics = new MetricsAggregator({ clock, alerts: { sinks } })
      metrics.addAlertRule(last())
      return metrics
    }
    const failed = Promise.withResolvers<void>()
    const before = open(async () => {
      failed.resolve()
      throw new Error('down')
    })
    before.record('m', 5)
    before.evaluateAlerts()
    await failed.promise
    await new Promise((resolve) => setImmediate(resolve))
    const snapshot = JSON.parse(JSON.stringify(before.alertSnapshot())) as AlertSnapshotV2
    expect(snapshot.messages).toMatchObject([{ attempts: 1 }])
    await before[Symbol.asyncDispose]()
    setBack(clock)
    let sent = 0
    const after = open(async () => {
      sent += 1
    })
    after.restoreAlerts(snapshot)
    await after.alertsDelivered()
    expect(sent).toBe(1)
    after.evaluateAlerts()
    await after.alertsDelivered()
    expect(sent).toBe(2)
    setBack(clock)
    after.evaluateAlerts()
    await after.alertsDelivered()
    expect(sent).toBe(3)
  })
})
