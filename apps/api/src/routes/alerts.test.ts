import { describe, expect, it } from 'vitest'
import { alertListSchema, alertSchema, silenceListSchema, silenceSchema } from '../schemas/alerts.ts'
import { openApi, problem, read, type TestApi } from '../test-support.ts'

const ID = 'errors{"plugin":"shop"}'
const DAY_MS = 86_400_000

/** An API beside an alert that fires. */
async function firing(): Promise<TestApi> {
  const api = await openApi({ alerts: [{ id: 'errors', metric: 'errors', groupBy: ['plugin'], above: 1 }] })
  api.refbot.analytics.record('errors', 5, { labels: { plugin: 'shop' } })
  api.refbot.analytics.evaluateAlerts()
  return api
}

const alert = async (api: TestApi) => (await read(await api.ask('/api/alerts'), alertListSchema)).alerts[0]
const acknowledge = (api: TestApi, id: string) =>
  api.ask(`/api/alerts/${encodeURIComponent(id)}/acknowledge`, { method: 'POST' })
const silence = (api: TestApi, body: unknown) =>
  api.ask('/api/silences', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const later = (ms: number) => new Date(Date.now() + ms).toISOString()

describe('alerts', () => {
  it('say what is wrong since when', async () => {
    await using api = await openApi({ alerts: [{ metric: 'errors', above: 1, severity: 'critical' }] })
    api.refbot.analytics.record('errors', 5)
    api.refbot.analytics.evaluateAlerts()
    const { alerts } = await read(await api.ask('/api/alerts'), alertListSchema)
    expect(alerts).toEqual([
      expect.objectContaining({
        severity: 'critical',
        state: 'firing',
        value: 5,
        threshold: 1,
        firedAt: expect.any(String),
      }),
    ])
    expect(await (await api.ask('/api/alerts?state=resolved')).json()).toEqual({ alerts: [] })
  })

  it('are taken on, in the name of the token', async () => {
    await using api = await firing()
    const taken = await read(await acknowledge(api, ID), alertSchema)
    expect(taken).toMatchObject({ id: ID, acknowledged: { by: 'admin', at: expect.any(String) } })
    expect(await alert(api)).toEqual(taken)
    const unknown = await acknowledge(api, 'errors')
    expect([unknown.status, (await problem(unknown)).code]).toEqual([404, 'ALERT_UNKNOWN'])
  })
})

describe('silences', () => {
  it('hold messages back until they end, and are shown beside what they hold back', async () => {
    await using api = await firing()
    const made = await silence(api, { labels: { plugin: 'shop' }, endsAt: later(DAY_MS), comment: 'moving house' })
    expect(made.status).toBe(201)
    const { id, ...rest } = await read(made, silenceSchema)
    expect(rest).toMatchObject({ labels: { plugin: 'shop' }, by: 'admin', comment: 'moving house' })
    expect((await alert(api))?.silencedBy).toEqual([id])
    const { silences } = await read(await api.ask('/api/silences'), silenceListSchema)
    expect(silences).toEqual([{ id, ...rest }])
    const ended = await api.ask(`/api/silences/${id}`, { method: 'DELETE' })
    expect(await read(ended, silenceListSchema)).toEqual({ silences: [] })
    expect((await alert(api))?.silencedBy).toEqual([])
    const again = await api.ask(`/api/silences/${id}`, { method: 'DELETE' })
    expect([again.status, (await problem(again)).code]).toEqual([404, 'SILENCE_UNKNOWN'])
  })

  it('may begin later', async () => {
    await using api = await firing()
    const startsAt = later(DAY_MS)
    const made = await read(
      await silence(api, { ruleId: 'errors', startsAt, endsAt: later(2 * DAY_MS) }),
      silenceSchema,
    )
    expect([made.startsAt, (await alert(api))?.silencedBy]).toEqual([startsAt, []])
  })

  it.each([
    ['nothing to silence', { endsAt: later(DAY_MS) }, 'ALERT_SILENCE_INVALID'],
    ['no end', { ruleId: 'errors' }, 'REQUEST_INVALID'],
    ['an end that has been', { ruleId: 'errors', endsAt: later(-DAY_MS) }, 'SILENCE_OVER'],
    [
      'an end before its beginning',
      { ruleId: 'x', startsAt: later(DAY_MS), endsAt: later(DAY_MS / 2) },
      'ALERT_SILENCE_INVALID',
    ],
    ['no labels', { labels: { '': 'x' }, endsAt: later(DAY_MS) }, 'METRIC_LABELS_INVALID'],
  ])('are refused with %s', async (_, body, code) => {
    await using api = await openApi()
    const response = await silence(api, body)
    expect([response.status, (await problem(response)).code]).toEqual([400, code])
  })
})
