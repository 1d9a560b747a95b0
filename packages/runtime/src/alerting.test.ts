import { type AlertRule, type AlertSink, type Clock, MetricsAggregator } from '@refbot/analytics'
import { describe, expect, it } from 'vitest'
import { AlertWatch } from './alerting.ts'
import type { AlertStateStore, Store } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'

const MINUTE = 60_000
const RULE: AlertRule = { id: 'slow', kind: 'upper', metric: 'm', levels: { warning: 5 } }

/** One life of a process over the same folder. */
function life(folder: TestFolder, store: Pick<Store, 'alertState'>, sinks: readonly AlertSink[] = []) {
  const clock: Clock = { now: () => folder.now, wakeAt: () => () => undefined }
  const analytics: MetricsAggregator = new MetricsAggregator({
    clock,
    alerts: { sinks, onDelivery: (delivery) => void watch.delivered(delivery) },
  })
  analytics.addAlertRule(RULE)
  const watch: AlertWatch = new AlertWatch({ analytics, store, everyMs: MINUTE, now: clock.now })
  return { analytics, watch }
}

/** One that has begun, with an alert that fires. */
async function firing(folder: TestFolder, store: Pick<Store, 'alertState'>) {
  const { analytics, watch } = await begun(folder, store)
  analytics.record('m', 9)
  await watch.evaluate()
  return { analytics, watch }
}

async function begun(folder: TestFolder, store: Pick<Store, 'alertState'>) {
  const it = life(folder, store)
  await it.watch.restore()
  return it
}

const types = (folder: TestFolder) => folder.events.map(({ type }) => type)

describe('the state of alerts', () => {
  it('is stored with its events, and taken up by the next life', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const first = life(folder, store)
    await first.watch.restore()
    first.analytics.record('m', 9)
    await first.watch.evaluate()
    expect(types(folder)).toEqual(['alert.firing'])

    const second = life(folder, store)
    await second.watch.restore()
    expect(second.analytics.alerts()).toMatchObject([{ id: 'slow', state: 'firing', firedAt: folder.now }])
    folder.now += MINUTE
    await second.watch.evaluate()
    expect(types(folder)).toEqual(['alert.firing'])
    second.analytics.record('m', -99)
    await second.watch.evaluate()
    expect(types(folder)).toEqual(['alert.firing', 'alert.resolved'])
  })

  it('is not written again where nothing happened', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    let saves = 0
    const { load, save } = store.alertState
    const counting: AlertStateStore = {
      load,
      save(state) {
        saves += 1
        return save(state)
      },
    }
    const { analytics, watch } = life(folder, { alertState: counting })
    for (let i = 0; i < 5; i += 1) {
      folder.now += MINUTE
      analytics.record('m', 9 + i)
      await watch.evaluate()
    }
    expect(saves).toBe(1)
  })

  it('that the store did not take is shown, and stored with what comes next', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    let full = true
    const failing: AlertStateStore = {
      ...store.alertState,
      save: (state) => (full ? Promise.reject(new Error('disk full')) : store.alertState.save(state)),
    }
    const { analytics, watch } = life(folder, { alertState: failing })
    analytics.record('m', 9)
    await watch.evaluate()
    expect([analytics.alerts().length, types(folder)]).toEqual([1, []])
    full = false
    await watch.evaluate()
    expect(types(folder)).toEqual(['alert.firing'])
  })

  it('holds what became of each message', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { analytics, watch } = life(folder, store, [{ name: 'hook', send: async () => undefined }])
    analytics.record('m', 9)
    await watch.evaluate()
    await analytics.alertsDelivered()
    await watch.evaluate()
    expect(folder.events.at(-1)).toMatchObject({
      type: 'alert.delivered',
      data: { sink: 'hook', alertIds: ['slow'], says: 'firing', attempts: 1 },
    })
  })
})

describe('what operators do about alerts', () => {
  it('is told once, and known to the next life: an alert that was taken on', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { watch } = await firing(folder, store)
    await watch.acknowledge('slow', 'anna')
    await watch.evaluate()
    expect(folder.events.slice(1)).toMatchObject([
      { type: 'alert.acknowledged', data: { alertId: 'slow', ruleId: 'slow', severity: 'warning', by: 'anna' } },
    ])
    const next = life(folder, store)
    await next.watch.restore()
    await next.watch.evaluate()
    expect(next.analytics.alerts()).toMatchObject([{ acknowledged: { by: 'anna', at: folder.now } }])
    expect(folder.events).toHaveLength(2)
    await expect(watch.acknowledge('other', 'anna')).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
  })

  it('holds messages back until the silence ends by itself, over a restart', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const first = await begun(folder, store)
    const silence = await first.watch.silence({ ruleId: 'slow', endsAt: folder.now + MINUTE, by: 'anna' })
    const { id: silenceId, ...said } = silence
    expect(folder.events).toMatchObject([{ type: 'silence.created', data: { silenceId, ...said } }])
    const told: string[] = []
    const sink = { name: 'hook', send: async () => void told.push('x') }
    const next = life(folder, store, [sink])
    await next.watch.restore()
    expect(next.watch.silences()).toEqual([silence])
    next.analytics.record('m', 9)
    await next.watch.evaluate()
    await next.analytics.alertsDelivered()
    expect(told).toEqual([])
    folder.now += MINUTE
    expect(next.watch.silences()).toEqual([])
    await next.watch.evaluate()
    await next.analytics.alertsDelivered()
    expect(told).toEqual(['x'])
    expect(folder.events).toContainEqual(
      expect.objectContaining({ type: 'silence.ended', data: { silenceId, cause: 'time' } }),
    )
  })

  it('waits for what was stored: before, nothing is said or done that it would undo', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { watch } = life(folder, store)
    const code = 'NOT_STARTED'
    expect(() => watch.list()).toThrow(expect.objectContaining({ code }))
    expect(() => watch.silences()).toThrow(expect.objectContaining({ code }))
    await expect(watch.acknowledge('slow', 'anna')).rejects.toMatchObject({ code })
    await expect(watch.endSilence('s')).rejects.toMatchObject({ code })
    const silence = { ruleId: 'slow', endsAt: folder.now + MINUTE }
    await expect(watch.silence(silence)).rejects.toMatchObject({ code, hint: expect.any(String) })
    await watch.restore()
    expect([watch.list(), watch.silences()]).toEqual([[], []])
  })

  it('ends a silence before its time', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { watch } = await begun(folder, store)
    const { id } = await watch.silence({ labels: { plugin: 'shop' }, endsAt: folder.now + MINUTE })
    expect(await watch.endSilence(id)).toBe(true)
    expect(await watch.endSilence(id)).toBe(false)
    expect(folder.events.at(-1)).toMatchObject({ type: 'silence.ended', data: { silenceId: id, cause: 'by hand' } })
    expect(watch.silences()).toEqual([])
  })

  it.each([
    ['SILENCE_OVER', { ruleId: 'slow', startsAt: 0, endsAt: 1 }],
    ['ALERT_SILENCE_INVALID', { endsAt: Number.MAX_SAFE_INTEGER }],
  ])('is refused where it says nothing: %s', async (code, silence) => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const { watch } = await begun(folder, store)
    await expect(watch.silence(silence)).rejects.toMatchObject({ code, hint: expect.any(String) })
    expect(folder.events).toEqual([])
  })

  it('is in force on a disk that takes nothing, and stored with what comes next', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    let full = true
    const save: AlertStateStore['save'] = (state) =>
      full ? Promise.reject(new Error('disk full')) : store.alertState.save(state)
    const { watch } = await begun(folder, { alertState: { ...store.alertState, save } })
    await watch.silence({ ruleId: 'slow', endsAt: folder.now + MINUTE })
    expect([watch.silences().length, types(folder)]).toEqual([1, []])
    full = false
    await watch.evaluate()
    expect(types(folder)).toEqual(['silence.created'])
  })
})
