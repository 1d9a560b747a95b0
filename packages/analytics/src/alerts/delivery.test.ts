import { describe, expect, it } from 'vitest'
import {
  type AlertDelivery,
  type AlertingOptions,
  type AlertNotification,
  type AlertSink,
  type AlertSnapshotV2,
  AnalyticsError,
  alertmanagerSink,
  callbackSink,
  MetricsAggregator,
} from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const minute = 60_000
const hour = 3_600_000
const rule = { id: 'slow', kind: 'upper', metric: 't', aggregate: 'last', levels: { warning: 1 } } as const

function setUp(sinks: readonly AlertSink[], options: AlertingOptions = {}, clock = new ManualClock()) {
  const errors: AnalyticsError[] = []
  const ends: AlertDelivery[] = []
  const metrics = new MetricsAggregator({
    clock,
    random: () => 0,
    alerts: { sinks, onDelivery: (end) => ends.push(end), ...options },
    onError: (error) => errors.push(error),
  })
  metrics.addAlertRule(rule)
  const see = async (value: number): Promise<void> => {
    clock.advance(1_000)
    metrics.record('t', value)
    metrics.evaluateAlerts()
    await ready()
  }
  /** Moves on in steps, so that each retry sees its own time. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += minute) {
      clock.advance(Math.min(minute, ms - passed))
      await ready()
    }
  }
  return { clock, metrics, errors, ends, see, pass }
}

/** Lets every promise that is ready run. */
const ready = async (): Promise<void> => {
  for (let i = 0; i < 30; i += 1) await Promise.resolve()
}

/** A sink that fails until it is repaired. */
function broken(name = 'pager', failure: () => Error = () => new Error('no route')) {
  const taken: AlertNotification[] = []
  const state = { works: false, attempts: 0 }
  const sink: AlertSink = {
    name,
    async send(notification) {
      state.attempts += 1
      if (!state.works) throw failure()
      taken.push(notification)
    },
  }
  return { sink, taken, state }
}

describe('a message', () => {
  it('is known to be pending, then delivered, and by which attempt', async () => {
    const { sink, state, taken } = broken()
    const { metrics, see, pass, ends } = setUp([sink])
    await see(5)
    expect(metrics.alertDeliveries()).toMatchObject([
      { sink: 'pager', status: 'pending', says: 'firing', alertIds: ['slow'], attempts: 1, error: 'no route' },
    ])
    expect(metrics.alertDeliveryCounts()).toEqual({ pending: 1, delivered: 0, failed: 0 })
    state.works = true
    await pass(minute)
    expect(metrics.alertDeliveries()).toMatchObject([{ status: 'delivered', attempts: 2, id: taken[0]?.id }])
    expect(ends).toMatchObject([{ status: 'delivered', alertIds: ['slow'] }])
    expect(metrics.alertDeliveryCounts()).toEqual({ pending: 0, delivered: 1, failed: 0 })
  })

  it('outlives twenty hours of a sink that is down', async () => {
    const { sink, state, taken } = broken()
    const { see, pass, errors } = setUp([sink])
    await see(5)
    await pass(20 * hour)
    expect(errors).toEqual([])
    state.works = true
    await pass(10 * minute)
    expect(taken.map(({ status }) => status)).toEqual(['firing'])
  })

  it('is lost after a day, which an error, an event and a count tell', async () => {
    const { sink } = broken()
    const { metrics, see, pass, errors, ends } = setUp([sink])
    await see(5)
    await pass(25 * hour)
    expect(errors).toMatchObject([{ code: 'ALERT_SINK_FAILED' }])
    expect(ends).toMatchObject([{ status: 'failed', sink: 'pager', error: 'no route', alertIds: ['slow'] }])
    expect(metrics.alertDeliveryCounts()).toEqual({ pending: 0, delivered: 0, failed: 1 })
  })

  it('that is refused for what it is does not hold up the next ones', async () => {
    const refusal = () => new AnalyticsError('ALERT_SINK_REFUSED', 'pager answered 400.', '')
    const { sink, state } = broken('pager', refusal)
    const { see, pass, ends } = setUp([sink])
    await see(5)
    await pass(5 * minute)
    expect(state.attempts).toBe(6)
    expect(ends).toMatchObject([{ status: 'failed', attempts: 6 }])
  })

  it('takes the place of the same one that still waits', async () => {
    const { sink, state, taken } = broken()
    const { see, pass } = setUp([sink], { repeatMs: hour })
    for (let i = 0; i < 5; i += 1) {
      await see(5)
      await pass(hour)
    }
    await see(0)
    state.works = true
    await pass(10 * minute)
    expect(taken.map(({ status }) => status)).toEqual(['firing', 'resolved'])
  })

  it('survives a restart in the snapshot, and keeps its id', async () => {
    const { sink, state, taken } = broken()
    const before = setUp([sink])
    await before.see(5)
    const [pending] = before.metrics.alertDeliveries()
    await before.metrics[Symbol.asyncDispose]()
    const snapshot = JSON.parse(JSON.stringify(before.metrics.alertSnapshot())) as AlertSnapshotV2
    expect(snapshot.messages).toHaveLength(1)

    state.works = true
    const after = setUp([sink], {}, before.clock)
    after.metrics.restoreAlerts(snapshot)
    await after.pass(minute)
    expect(taken.map(({ id }) => id)).toEqual([pending?.id])
    expect(after.metrics.alertSnapshot().messages).toEqual([])
  })

  it('to a sink that is gone after the restart is lost, and told to be', async () => {
    const before = setUp([broken().sink])
    await before.see(5)
    const after = setUp([callbackSink(() => undefined)], {}, before.clock)
    after.metrics.restoreAlerts(before.metrics.alertSnapshot())
    expect(after.ends).toMatchObject([{ sink: 'pager', status: 'failed' }])
    expect(after.errors).toHaveLength(1)
  })
})

describe('a sink that heeds no signal', () => {
  const deaf: AlertSink = { name: 'deaf', send: () => new Promise(() => undefined) }

  it('does not hold up the disposal, and its message stays in the snapshot', async () => {
    const { metrics, see } = setUp([deaf])
    await see(5)
    await metrics[Symbol.asyncDispose]()
    expect(metrics.alertSnapshot().messages).toMatchObject([{ sink: 'deaf', attempts: 0 }])
  })

  it('has failed after its time', async () => {
    const { metrics, see } = setUp([deaf], { attemptMs: 1, attempts: 1 })
    await see(5)
    await metrics.alertsDelivered()
    expect(metrics.alertDeliveries()).toMatchObject([{ status: 'failed', error: 'no answer within 1 ms' }])
  })

  it('lets who waits for the delivery go on after his patience', async () => {
    const { clock, metrics, see } = setUp([deaf])
    await see(5)
    const waiting = metrics.alertsDelivered(1_000)
    clock.advance(1_000)
    expect(await waiting).toBe(false)
    await metrics[Symbol.asyncDispose]()
  })
})

it('two sinks of the same name are told apart', async () => {
  const [a, b] = [broken(), broken()]
  const { metrics, see } = setUp([a.sink, b.sink])
  await see(5)
  expect(metrics.alertDeliveries().map(({ sink }) => sink)).toEqual(['pager', 'pager#2'])
})

describe('Alertmanager', () => {
  it('hears again of what fires before it forgets it, silenced and acknowledged or not, until the end', async () => {
    const clock = new ManualClock()
    const begin = clock.now()
    const heard: { at: number; endsAt: number }[] = []
    const fetch = (async (_: URL, init: { body: string }) => {
      const [alert] = JSON.parse(init.body) as { endsAt: string }[]
      heard.push({ at: clock.now() - begin, endsAt: Date.parse(alert?.endsAt ?? '') - begin })
      return new Response(null, { status: 200 })
    }) as unknown as typeof globalThis.fetch
    const sink = alertmanagerSink({ url: 'http://am.example', fetch, now: () => clock.now() })
    const told: string[] = []
    const people = callbackSink(({ status }) => void told.push(status))
    const { metrics, see, pass } = setUp([sink, people], {}, clock)
    metrics.addAlertRule({ ...rule, noData: 'keep' })
    await see(5)
    metrics.acknowledgeAlert('slow', 'me')
    metrics.silenceAlerts({ id: 's', ruleId: 'slow', startsAt: begin, endsAt: begin + 10 * hour })
    for (let i = 0; i < 120; i += 1) {
      await pass(minute)
      metrics.evaluateAlerts()
      await ready()
    }
    for (const [i, { endsAt }] of heard.slice(0, -1).entries()) {
      expect(heard[i + 1]?.at).toBeLessThan(endsAt)
    }
    expect(heard.length).toBeGreaterThan(20)
    expect(told).toEqual(['firing'])
    await see(0)
    await pass(minute)
    const last = heard.at(-1)
    expect(last?.endsAt).toBeLessThanOrEqual(last?.at ?? 0)
    const until = heard.length
    await pass(hour)
    metrics.evaluateAlerts()
    expect(heard).toHaveLength(until)
  })
})

describe('sinks that are replaced', () => {
  it('get what waited for the one of their name, at once', async () => {
    const old = broken()
    const next = broken()
    next.state.works = true
    const { metrics, see } = setUp([old.sink])
    await see(5)
    metrics.setAlertSinks([next.sink])
    await ready()
    expect(next.taken).toMatchObject([{ status: 'firing' }])
    await see(0)
    expect([old.taken.length, next.taken.map(({ status }) => status)]).toEqual([0, ['firing', 'resolved']])
    expect(await metrics.alertsDelivered()).toBe(true)
  })

  it('leave what waits for a name that is gone lost, and told to be', async () => {
    const { metrics, see, ends, pass } = setUp([broken('pager').sink, broken('chat').sink])
    await see(5)
    metrics.setAlertSinks([broken('chat').sink])
    expect(ends).toMatchObject([{ sink: 'pager', status: 'failed', error: 'there is no such sink any more' }])
    await pass(10 * minute)
    expect(metrics.alertDeliveries().map(({ sink, status }) => [sink, status])).toEqual([
      ['chat', 'pending'],
      ['pager', 'failed'],
    ])
    await see(0)
    expect(metrics.alertDeliveryCounts()).toMatchObject({ pending: 2, failed: 1 })
  })

  it('do not take back what is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { metrics, see, ends } = setUp([{ name: 'slow', send: () => promise }])
    await see(5)
    metrics.setAlertSinks([])
    expect(ends).toEqual([])
    resolve()
    await ready()
    expect(ends).toMatchObject([{ sink: 'slow', status: 'delivered' }])
  })

  it('of the same name are told apart by their order', async () => {
    const sinks = [broken('hook'), broken('hook'), broken('hook')]
    const { metrics, see } = setUp(sinks.map(({ sink }) => sink))
    await see(5)
    expect(metrics.alertDeliveries().map(({ sink }) => sink)).toEqual(['hook', 'hook#2', 'hook#3'])
  })
})

it('what decides when messages are sent can change', async () => {
  const { sink, state, taken } = broken()
  state.works = true
  const { metrics, see, pass } = setUp([sink])
  await see(5)
  await pass(hour)
  await see(5)
  expect(taken).toHaveLength(1)
  metrics.setAlertTiming({ repeatMs: hour })
  await see(5)
  expect(taken).toHaveLength(2)
})

it('a sink says how grave an alert has to be', async () => {
  const grave = broken('pager')
  const all = broken('chat')
  grave.state.works = true
  all.state.works = true
  const { see } = setUp([{ ...grave.sink, minSeverity: 'critical' }, all.sink])
  await see(5)
  await see(0)
  expect([grave.taken.length, all.taken.length]).toEqual([0, 2])
})
