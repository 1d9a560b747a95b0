import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot, StoreHealth } from '@refbot/runtime'
import { alertListSchema, alertSchema } from '../schemas/alerts.ts'
import { json, problems } from '../schemas/common.ts'
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

const acknowledge = createRoute({
  method: 'post',
  path: '/api/alerts/{id}/acknowledge',
  operationId: 'acknowledgeAlert',
  summary: 'Take an open alert on: it is not repeated any more',
  tags: ['alerts'],
  request: {
    params: z.object({ id: z.string().min(1).max(5_000).meta({ description: 'Percent-encoded.' }) }),
  },
  responses: { 200: json(alertSchema, 'The alert as it is now.'), ...problems },
})

export function alertRoutes(app: OpenAPIHono, refbot: Refbot, now: () => number): void {
  app.openapi(list, (c) => {
    const { state } = c.req.valid('query')
    const alerts = refbot.alerts
      .list(state === undefined ? {} : { state })
      .map((alert) => alertView(alert, refbot.analytics))
    const ofDisk = state === undefined || state === 'firing' ? diskAlerts(refbot.store.health(), now()) : []
    return c.json({ alerts: [...ofDisk, ...alerts] }, 200)
  })
  app.openapi(acknowledge, async (c) => {
    const alert = await refbot.alerts.acknowledge(c.req.valid('param').id, c.var.principal.name)
    return c.json(alertView(alert, refbot.analytics), 200)
  })
}

type Analytics = Refbot['analytics']

function alertView(alert: ReturnType<Analytics['alerts']>[number], analytics: Analytics) {
  const { id, ruleId, severity, summary, value, threshold, firedAt, resolvedAt, acknowledged } = alert
  const time = (at: number | undefined) => (at === undefined ? undefined : iso(at))
  return {
    ...{ id, ruleId, severity, state: alert.state, labels: { ...alert.labels }, summary, value, threshold },
    ...{ startedAt: iso(alert.startedAt), updatedAt: iso(alert.updatedAt) },
    ...{ silencedBy: analytics.silencesOf(alert).map((silence) => silence.id) },
    ...present({
      firedAt: time(firedAt),
      resolvedAt: time(resolvedAt),
      acknowledged: acknowledged && { by: acknowledged.by, at: iso(acknowledged.at) },
    }),
  }
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
      ...{ startedAt: at, firedAt: at, updatedAt: iso(now), silencedBy: [] as string[] },
    },
  ]
}

const SEVERITIES = { low: 'warning', full: 'critical', failing: 'critical' } as const
const SUMMARIES = {
  low: 'The disk of the data directory is nearly full: no run starts',
  full: 'The disk of the data directory is full: no run starts',
  failing: 'The disk of the data directory takes no write: no run starts',
} as const
