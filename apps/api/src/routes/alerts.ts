import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
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

export function alertRoutes(app: OpenAPIHono, { analytics }: Refbot): void {
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
    return c.json({ alerts }, 200)
  })
}
