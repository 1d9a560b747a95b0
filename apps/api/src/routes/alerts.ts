import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot, StoreHealth } from '@refbot/runtime'
import { json, problems } from '../schemas/common.ts'
import { alertListSchema } from '../schemas/watch.ts'
import { iso, present } from '../wire.ts'

const list = createRoute({
  method: 'get',
  path: '/api/alerts',
  operationId: 'listAlerts',
  summary: 'What is wrong now, and what was not long ago',
  tags: ['alerts'],
  request: { query: z.strictObject({ state: z.enum(['pending', 'firing', 'resolved']).optional() }) },
  responses: { 200: json(alertListSchema, 'Alerts that are pending, firing or lately resolved.'), ...problems },
})

export function alertRoutes(app: OpenAPIHono, { analytics, store }: Refbot, now: () => number): void {
  app.openapi(list, (c) => {
    const { state } = c.req.valid('query')
    const alerts = analytics.alerts(state === undefined ? {} : { state }).map((alert) => {
      const { id, ruleId, severity, summary, value, threshold, firedAt, resolvedAt } = alert
      return {
        ...{ id, ruleId, severity, state: alert.state, labels: { ...alert.labels }, summary, value, threshold },
        startedAt: iso(alert.startedAt),
        updatedAt: iso(alert.updatedAt),
        ...present({
          firedAt: firedAt === undefined ? undefined : iso(firedAt),
          resolvedAt: resolvedAt === undefined ? undefined : iso(resolvedAt),
        }),
      }
    })
    const ofDisk = state === undefined || state === 'firing' ? diskAlerts(store.health(), now()) : []
    return c.json({ alerts: [...ofDisk, ...alerts] }, 200)
  })
}

/** From memory: a disk that takes no write keeps no alert either. */
function diskAlerts({ status, freeBytes, detail, changedAt }: StoreHealth, now: number) {
  if (status === 'ok') return []
  const at = iso(changedAt ?? now)
  const why = detail === undefined ? '' : `: ${detail}`
  return [
    {
      ...{ id: 'store.health', ruleId: 'store.health', severity: SEVERITIES[status], state: 'firing' as const },
      ...{ labels: { status }, summary: SUMMARIES[status] + why, value: freeBytes, threshold: 0 },
      ...{ startedAt: at, firedAt: at, updatedAt: iso(now) },
    },
  ]
}

const SEVERITIES = { low: 'warning', full: 'critical', failing: 'critical' } as const
const SUMMARIES = {
  low: 'The disk of the data directory is nearly full: no run starts',
  full: 'The disk of the data directory is full: no run starts',
  failing: 'The disk of the data directory takes no write: no run starts',
} as const
