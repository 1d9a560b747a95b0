import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { newSilenceSchema, silenceListSchema, silenceSchema } from '../schemas/alerts.ts'
import { json, problems } from '../schemas/common.ts'
import { iso, present } from '../wire.ts'

const list = createRoute({
  method: 'get',
  path: '/api/silences',
  operationId: 'listSilences',
  summary: 'Silences that have not ended',
  tags: ['alerts'],
  responses: { 200: json(silenceListSchema, 'All silences.'), ...problems },
})

const create = createRoute({
  method: 'post',
  path: '/api/silences',
  operationId: 'createSilence',
  summary: 'Hold back messages about some alerts until an end',
  description: 'The alerts go on. That one is over is still told; one that still fires at the end is told then.',
  tags: ['alerts'],
  request: { body: { required: true, content: { 'application/json': { schema: newSilenceSchema } } } },
  responses: { 201: json(silenceSchema, 'The silence.'), ...problems },
})

const end = createRoute({
  method: 'delete',
  path: '/api/silences/{id}',
  operationId: 'endSilence',
  summary: 'End a silence before its time',
  tags: ['alerts'],
  request: { params: z.object({ id: z.string().min(1).max(100) }) },
  responses: { 200: json(silenceListSchema, 'The silences as they are now.'), ...problems },
})

export function silenceRoutes(app: OpenAPIHono, refbot: Refbot): void {
  const all = () => ({ silences: refbot.alerts.silences().map(silenceView) })
  app.openapi(list, (c) => c.json(all(), 200))
  app.openapi(create, async (c) => {
    const { startsAt, endsAt, ...wanted } = c.req.valid('json')
    const silence = await refbot.alerts.silence({
      ...present({ ...wanted, startsAt: startsAt === undefined ? undefined : Date.parse(startsAt) }),
      endsAt: Date.parse(endsAt),
      by: c.var.principal.name,
    })
    return c.json(silenceView(silence), 201)
  })
  app.openapi(end, async (c) => {
    const { id } = c.req.valid('param')
    if (await refbot.alerts.endSilence(id)) return c.json(all(), 200)
    throw new ApiError('SILENCE_UNKNOWN', `There is no silence ${JSON.stringify(id)}.`, {
      hint: 'See GET /api/silences for those that have not ended.',
    })
  })
}

function silenceView(silence: ReturnType<Refbot['alerts']['silences']>[number]) {
  const { id, ruleId, labels, startsAt, endsAt, by, comment } = silence
  return {
    ...{ id, startsAt: iso(startsAt), endsAt: iso(endsAt) },
    ...present({ ruleId, labels: labels && { ...labels }, by, comment }),
  }
}
