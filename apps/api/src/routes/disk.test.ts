import { expect, it, vi } from 'vitest'
import { alertListSchema } from '../schemas/alerts.ts'
import { healthSchema } from '../schemas/watch.ts'
import { openApi, read } from '../test-support.ts'

it('with too little room it is not ready, and an alert from memory says why', async () => {
  // No disk has this much room.
  await using api = await openApi({ store: { minFreeBytes: Number.MAX_SAFE_INTEGER, reserveBytes: 0 } })
  await vi.waitUntil(() => api.refbot.store.health().status === 'low', { timeout: 20_000 })
  const ready = await api.app.request('/api/health/ready')
  expect(ready.status).toBe(503)
  expect(await read(ready, healthSchema)).toMatchObject({ status: 'unavailable' })
  expect((await api.app.request('/api/health')).status).toBe(200)
  const { alerts } = await read(await api.ask('/api/alerts'), alertListSchema)
  expect(alerts).toMatchObject([
    { id: 'store.health', severity: 'warning', state: 'firing', labels: { status: 'low' } },
  ])
  expect((await read(await api.ask('/api/alerts?state=resolved'), alertListSchema)).alerts).toEqual([])
  const refused = await api.ask('/api/plugins/hello/start', { method: 'POST' })
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ code: 'STORE_DISK_FULL', hint: expect.any(String) })
})

it('once it stops it is not ready any more', async () => {
  const api = await openApi()
  expect((await api.app.request('/api/health/ready')).status).toBe(200)
  await api[Symbol.asyncDispose]()
  expect((await api.app.request('/api/health/ready')).status).toBe(503)
})
