import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  type Alert,
  type AlertNotification,
  type AlertSink,
  AnalyticsError,
  alertmanagerSink,
  callbackSink,
  emailSink,
  MetricsAggregator,
  signWebhook,
  webhookSink,
} from '../index.ts'
import { ManualClock } from '../testing/index.ts'

const rule = { id: 'slow', kind: 'upper', metric: 't', aggregate: 'last', levels: { warning: 1 } } as const

function setUp(sinks: readonly AlertSink[], clock = new ManualClock()) {
  const errors: AnalyticsError[] = []
  const metrics = new MetricsAggregator({
    clock,
    random: () => 0,
    alerts: { sinks, attempts: 3 },
    onError: (error) => errors.push(error),
  })
  metrics.addAlertRule(rule)
  const see = (value: number): void => {
    clock.advance(1_000)
    metrics.record('t', value)
    metrics.evaluateAlerts()
  }
  return { clock, metrics, errors, see }
}

/** Lets every promise that is ready run. */
const ready = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
}

describe('delivery', () => {
  it('tries again with growing waits, in order, and never holds up the recorder', async () => {
    const { clock, see } = setUp([
      {
        name: 'flaky',
        async send({ status }) {
          attempts.push(`${status}@${(clock.now() - begin) / 1_000}`)
          if (attempts.length < 3) throw new Error('busy')
        },
      },
    ])
    const attempts: string[] = []
    const begin = clock.now()
    see(5)
    see(0)
    await ready()
    expect(attempts).toEqual(['firing@2'])
    clock.advance(1_000)
    await ready()
    expect(attempts).toEqual(['firing@2', 'firing@3'])
    clock.advance(1_999)
    await ready()
    expect(attempts).toHaveLength(2)
    clock.advance(1)
    await ready()
    expect(attempts).toEqual(['firing@2', 'firing@3', 'firing@5', 'resolved@5'])
  })

  it('gives a message up after its attempts, says so, and goes on', async () => {
    const seen: string[] = []
    const good = callbackSink(({ status }) => void seen.push(status))
    const bad: AlertSink = { name: 'dead', send: () => Promise.reject(new Error('no route')) }
    const { clock, metrics, errors, see } = setUp([bad, good])
    see(5)
    await ready()
    expect(seen).toEqual(['firing'])
    for (const ms of [1_000, 2_000]) {
      clock.advance(ms)
      await ready()
    }
    await metrics.alertsDelivered()
    expect(errors).toMatchObject([
      { code: 'ALERT_SINK_FAILED', message: 'A message to dead was given up after 3 attempts: no route' },
    ])
  })

  it('ends with the aggregator, also while a sink hangs', async () => {
    const hanging: AlertSink = {
      name: 'hanging',
      send: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    const { metrics, see } = setUp([hanging])
    see(5)
    await ready()
    await metrics[Symbol.asyncDispose]()
    expect(metrics.alerts()).toHaveLength(1)
  })
})

describe('a webhook', () => {
  it('posts signed JSON, and takes any status but 2xx for a failure', async () => {
    const received: { signature: unknown; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => {
        body += piece.toString()
      })
      request.on('end', () => {
        received.push({ signature: request.headers['x-refbot-signature'], body })
        response.writeHead(received.length === 1 ? 500 : 204).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const clock = new ManualClock()
    const sink = webhookSink({ url: `http://127.0.0.1:${port}/hook`, secret: 'k', now: () => clock.now() })
    const { metrics, see } = setUp([sink], clock)
    see(5)
    // Each turn of the loop moves the clock, so that the second attempt comes due whenever the first has failed.
    while (received.length < 2) {
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(1_000)
    }
    await metrics.alertsDelivered()
    server.close()
    const [, second] = received
    const sent = JSON.parse(second?.body ?? '') as AlertNotification
    expect(sent).toMatchObject({
      version: 1,
      status: 'firing',
      alerts: [{ id: 'slow', severity: 'warning', value: 5 }],
    })
    const [, signedAt] = /^t=(\d+),/.exec(String(second?.signature)) ?? []
    expect(Number(signedAt)).toBeGreaterThan(sent.at / 1_000)
    expect(second?.signature).toBe(signWebhook('k', second?.body ?? '', Number(signedAt)))
    await metrics[Symbol.asyncDispose]()
  })

  it('writes what Slack, Teams, ntfy and Alertmanager take, and a mail', async () => {
    const posted: { url: string; body: unknown }[] = []
    const fetch = (async (url: URL, init: { body: string }) => {
      posted.push({ url: String(url), body: JSON.parse(init.body) })
      return new Response(null, { status: 200 })
    }) as unknown as typeof globalThis.fetch
    const mails: unknown[] = []
    const transport = { sendMail: async (mail: unknown) => mails.push(mail) }
    const url = 'https://chat.example/hooks/topic'
    const { clock, metrics, see } = setUp([
      ...(['slack', 'teams', 'ntfy'] as const).map((template) => webhookSink({ url, template, fetch })),
      alertmanagerSink({ url: 'http://am.example/base', fetch }),
      emailSink({ transport, from: 'a@example.com', to: 'b@example.com' }),
    ])
    see(5)
    await metrics.alertsDelivered()
    const line = 'warning: last of t is above its level; 5, level 1'
    const at = new Date(clock.now()).toISOString()
    expect(posted).toMatchObject([
      { url, body: { text: `*Alert firing: slow*\n${line}` } },
      { url, body: { attachments: [{ content: { body: [{ text: 'Alert firing: slow' }, { text: line }] } }] } },
      { url: 'https://chat.example/', body: { topic: 'topic', message: line, priority: 4 } },
      { url: 'http://am.example/base/api/v2/alerts', body: [{ labels: { alertname: 'slow' }, startsAt: at }] },
    ])
    expect(mails).toEqual([
      { from: 'a@example.com', to: 'b@example.com', subject: '[RefBot] Alert firing: slow', text: line },
    ])
  })
})

describe('alerts after a restart', () => {
  it('go on where they were: pending, told, silenced, taken on', async () => {
    const told: string[] = []
    const sink = callbackSink(({ status }) => void told.push(status))
    const before = setUp([sink])
    before.see(5)
    before.metrics.acknowledgeAlert('slow', 'me')
    before.metrics.silenceAlerts({ id: 's', ruleId: 'x', startsAt: 0, endsAt: before.clock.now() + 10_000 })
    await ready()
    const snapshot = JSON.parse(JSON.stringify(before.metrics.alertSnapshot()))

    const after = setUp([sink], before.clock)
    after.metrics.restoreAlerts(snapshot)
    after.see(6)
    await ready()
    expect(told).toEqual(['firing'])
    expect(after.metrics.alerts()).toMatchObject([{ state: 'firing', value: 6, acknowledged: { by: 'me' } }])
    expect(after.metrics.silences()).toHaveLength(1)
    after.see(0)
    await ready()
    expect(told).toEqual(['firing', 'resolved'])
    expect(after.metrics.alertHistory().map(({ from, to }) => `${from}>${to}`)).toEqual([
      'firing>resolved',
      'inactive>firing',
    ])
    expect(() => after.metrics.restoreAlerts({ ...snapshot, version: 3 })).toThrow(AnalyticsError)
  })

  it('keep the history of a quiet rule beside one that flaps', () => {
    const { metrics, see } = setUp([])
    metrics.addAlertRule({ ...rule, id: 'quiet', metric: 'q' })
    metrics.record('q', 5)
    for (let i = 0; i < 500; i += 1) see(i % 2 === 0 ? 5 : 0)
    expect(metrics.alertHistory('slow')).toHaveLength(50)
    expect(metrics.alertHistory('quiet')).toHaveLength(1)
  })

  it('name the silences that hold them back now', () => {
    const { metrics, see, clock } = setUp([])
    see(5)
    const [alert] = metrics.alerts()
    const now = clock.now()
    const silence = { ruleId: 'slow', startsAt: now, endsAt: now + 10 }
    metrics.silenceAlerts({ ...silence, id: 'now' })
    metrics.silenceAlerts({ ...silence, id: 'later', startsAt: now + 5 })
    metrics.silenceAlerts({ ...silence, id: 'other', ruleId: 'quiet' })
    const names = () => metrics.silencesOf(alert as Alert).map(({ id }) => id)
    expect(names()).toEqual(['now'])
    clock.advance(5)
    expect(names()).toEqual(['now', 'later'])
    clock.advance(5)
    expect(names()).toEqual([])
  })

  it('refuse an acknowledgement of what is not open, and a silence without an end', () => {
    const { metrics } = setUp([])
    expect(() => metrics.acknowledgeAlert('slow', 'me')).toThrow(expect.objectContaining({ code: 'ALERT_UNKNOWN' }))
    for (const bad of [{ endsAt: 0 }, { endsAt: Number.POSITIVE_INFINITY }, { ruleId: undefined }]) {
      expect(() => metrics.silenceAlerts({ id: 's', ruleId: 'a', startsAt: 0, endsAt: 9, ...bad } as never)).toThrow(
        expect.objectContaining({ code: 'ALERT_SILENCE_INVALID' }),
      )
    }
  })
})
