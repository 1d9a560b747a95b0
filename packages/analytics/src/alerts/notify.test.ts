import { describe, expect, it } from 'vitest'
import { forSink, type NotifyMemory, type NotifyOptions, nothingTold, notifications } from './notify.ts'
import type { Silence } from './silence.ts'
import type { Alert } from './types.ts'

const alert = (id: string, state: Alert['state'], more: Partial<Alert> = {}): Alert => ({
  id,
  ruleId: id.split('/')[0] ?? id,
  severity: 'warning',
  state,
  labels: {},
  summary: 's',
  value: 1,
  threshold: 0,
  startedAt: 0,
  updatedAt: 0,
  ...more,
})

function teller(options: NotifyOptions = {}) {
  let memory: NotifyMemory = nothingTold
  return (now: number, alerts: readonly Alert[], silences: readonly Silence[] = []): string[] => {
    const next = notifications(memory, alerts, silences, now, options)
    memory = next.memory
    return next.due.map(({ status, alerts: list }) => `${status}: ${list.map((a) => `${a.id} ${a.state}`).join(', ')}`)
  }
}

const silence: Silence = { id: 's', ruleId: 'a', startsAt: 10, endsAt: 20 }

describe('notifications', () => {
  it('tells an alert when it fires and when it ends, once each', () => {
    const tell = teller()
    expect(tell(0, [alert('a', 'pending')])).toEqual([])
    expect(tell(1, [alert('a', 'firing')])).toEqual(['firing: a firing'])
    expect(tell(2, [alert('a', 'firing')])).toEqual([])
    expect(tell(3, [alert('a', 'resolved')])).toEqual(['resolved: a resolved'])
    expect(tell(4, [alert('a', 'resolved')])).toEqual([])
  })

  it('tells the end of an alert whose rule was removed', () => {
    const tell = teller()
    tell(0, [alert('a', 'firing')])
    expect(tell(1, [])).toEqual(['resolved: a resolved'])
  })

  it('puts what fires together into one message, by rule or by labels', () => {
    const both = [alert('a/1', 'firing', { labels: { host: 'x' } }), alert('a/2', 'firing', { labels: { host: 'y' } })]
    expect(teller()(0, both)).toEqual(['firing: a/1 firing, a/2 firing'])
    expect(teller({ groupBy: ['host'] })(0, both)).toEqual(['firing: a/1 firing', 'firing: a/2 firing'])
  })

  it('waits for the others of a group', () => {
    const tell = teller({ groupWaitMs: 30 })
    expect(tell(0, [alert('a/1', 'firing')])).toEqual([])
    expect(tell(20, [alert('a/1', 'firing'), alert('a/2', 'firing')])).toEqual([])
    expect(tell(30, [alert('a/1', 'firing'), alert('a/2', 'firing')])).toEqual(['firing: a/1 firing, a/2 firing'])
  })

  it('repeats what goes on firing, unless somebody has taken it on', () => {
    const tell = teller({ repeatMs: 100 })
    tell(0, [alert('a', 'firing')])
    expect(tell(99, [alert('a', 'firing')])).toEqual([])
    expect(tell(100, [alert('a', 'firing')])).toEqual(['firing: a firing'])
    expect(tell(200, [alert('a', 'firing', { acknowledged: { by: 'me', at: 150 } })])).toEqual([])
  })

  it('tells at once when an alert gets graver, also one that was taken on', () => {
    const tell = teller()
    tell(0, [alert('a', 'firing')])
    const graver = alert('a', 'firing', { severity: 'critical', acknowledged: { by: 'me', at: 0 } })
    expect(tell(1, [graver])).toEqual(['firing: a firing'])
    expect(tell(2, [alert('a', 'firing')])).toEqual([])
  })

  it('holds back what a silence covers, and tells it when the silence ends while it still fires', () => {
    const tell = teller()
    expect(tell(12, [alert('a', 'firing'), alert('b', 'firing')], [silence])).toEqual(['firing: b firing'])
    expect(tell(19, [alert('a', 'firing'), alert('b', 'firing')], [silence])).toEqual([])
    expect(tell(20, [alert('a', 'firing'), alert('b', 'firing')], [silence])).toEqual(['firing: a firing'])
  })

  it('says nothing of an alert that began and ended in a silence', () => {
    const tell = teller()
    tell(12, [alert('a', 'firing')], [silence])
    expect(tell(15, [alert('a', 'resolved')], [silence])).toEqual([])
  })

  it('tells the end of an alert in a silence, where its beginning was told', () => {
    const tell = teller()
    tell(5, [alert('a', 'firing')], [silence])
    expect(tell(15, [alert('a', 'resolved')], [silence])).toEqual(['resolved: a resolved'])
  })
})

describe('a sink for grave alerts', () => {
  /** What it is told of each look, given in turn. */
  function listener(least: Alert['severity']) {
    let memory: NotifyMemory = nothingTold
    let now = 0
    return (...alerts: readonly Alert[]): string[] => {
      now += 1
      const next = notifications(memory, alerts, [], now, { repeatMs: 100 })
      memory = next.memory
      return next.due.flatMap(({ gravest, ...due }) => {
        const told = forSink({ id: '1', ...due }, least, gravest)
        return told === undefined ? [] : [`${told.status}: ${told.alerts.map(({ id, state }) => `${id} ${state}`)}`]
      })
    }
  }
  const critical = (id: string, state: Alert['state']) => alert(id, state, { severity: 'critical' })

  it('is told of no milder one, from its beginning to its end', () => {
    const hear = listener('critical')
    expect(hear(alert('a', 'firing'))).toEqual([])
    expect(hear(alert('a', 'resolved'))).toEqual([])
  })

  it('is told of one once it is grave enough, and of its end though it ended milder', () => {
    const hear = listener('critical')
    expect(hear(alert('a', 'firing'))).toEqual([])
    expect(hear(critical('a', 'firing'))).toEqual(['firing: a firing'])
    expect(hear(alert('a', 'firing'))).toEqual([])
    expect(hear(alert('a', 'resolved'))).toEqual(['resolved: a resolved'])
    expect(hear(alert('a', 'firing'))).toEqual([])
    expect(hear(alert('a', 'resolved'))).toEqual([])
  })

  it('is told of its part of a message', () => {
    const hear = listener('critical')
    expect(hear(alert('a/1', 'firing'), critical('a/2', 'firing'))).toEqual(['firing: a/2 firing'])
    expect(hear(alert('a/1', 'firing'), critical('a/2', 'resolved'))).toEqual(['resolved: a/2 resolved'])
  })
})
