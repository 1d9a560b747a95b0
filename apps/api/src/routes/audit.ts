import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { auditPageSchema } from '../schemas/access.ts'
import { coerced, json, problems } from '../schemas/common.ts'
import { iso } from '../wire.ts'

const list = createRoute({
  method: 'get',
  path: '/api/audit',
  operationId: 'listAudit',
  summary: 'Who did what, newest first',
  tags: ['access'],
  request: {
    query: z.strictObject({
      before: z.coerce.number().int().min(1).optional().meta({ description: 'The `next` of the page before.' }),
      limit: coerced(1, 200, 50),
    }),
  },
  responses: { 200: json(auditPageSchema, 'One page.'), ...problems },
})

export function auditRoutes(app: OpenAPIHono, refbot: Refbot): void {
  app.openapi(list, async (c) => {
    const { before, limit } = c.req.valid('query')
    // One more than asked for tells whether there is a next page.
    const found = await refbot.store.audit.list({ limit: limit + 1, ...(before === undefined ? {} : { before }) })
    const entries = found.slice(0, limit).map(({ at, ...entry }) => ({ ...entry, at: iso(at) }))
    const last = entries.at(-1)
    return c.json({ entries, ...(found.length > limit && last !== undefined ? { next: last.id } : {}) }, 200)
  })
}
