import { describe, expect, it } from 'vitest'
import { metricsSchema } from '../schemas/watch.ts'
import { openApi, read } from '../test-support.ts'

const HOUR_MS = 3_600_000

describe('metrics', () => {
  it('show each series of its own, from memory up to an hour and from the store beyond', async () => {
    await using api = await openApi()
    const { analytics } = api.refbot
    const now = Date.now()
    for (const value of [10, 20, 30]) analytics.record('a.time', value, { labels: { region: 'x' }, at: now - 60_000 })
    analytics.record('a.time', 7, { labels: { region: 'x', kind: 'deep' }, at: now - 60_000 })
    for (const hours of [1, 24]) {
      const response = await api.ask(`/api/metrics?hours=${hours}&name=a.time`)
      const { series, windowMs } = await read(response, metricsSchema)
      expect(windowMs).toBe(hours * HOUR_MS)
      expect(series).toEqual([
        expect.objectContaining({ labels: { kind: 'deep', region: 'x' }, count: 1, mean: 7, lastValue: 7 }),
        expect.objectContaining({
          name: 'a.time',
          labels: { region: 'x' },
          ...{ count: 3, sum: 60, mean: 20, min: 10, max: 30, p50: 20, lastValue: 30 },
        }),
      ])
    }
    expect(await (await api.ask('/api/metrics?name=nothing')).json()).toMatchObject({ series: [] })
    expect(await (await api.ask('/api/metrics')).json()).toMatchObject({
      series: [{ name: 'a.time' }, { name: 'a.time' }],
    })
  })

  it('leave as CSV, a formula made harmless', async () => {
    await using api = await openApi()
    const at = Date.now() - 1000
    api.refbot.analytics.record('a', -1.5, { labels: { cell: '=1+1' }, at })
    api.refbot.analytics.record('b', 2, { at })
    const response = await api.ask('/api/metrics/export?hours=1&name=a')
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(await response.text()).toBe(
      `timestamp,name,labels,value\r\n${new Date(at).toISOString()},a,"{""cell"":""=1+1""}",-1.5\r\n`,
    )
    expect((await (await api.ask('/api/metrics/export')).text()).split('\r\n')).toHaveLength(4)
  })
})
