import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { explainTarget, type Refbot } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { json, problems } from '../schemas/common.ts'
import { liftedSchema, originListSchema, targetSchema } from '../schemas/origins.ts'
import { iso, present } from '../wire.ts'

const params = z.object({
  origin: z.string().min(1).max(300).meta({ description: 'Percent-encoded: `https%3A%2F%2Fshop.example.com`.' }),
})

const list = createRoute({
  method: 'get',
  path: '/api/origins',
  operationId: 'listOrigins',
  summary: 'Origins that are left alone for now, or that pages are open on',
  tags: ['origins'],
  responses: { 200: json(originListSchema, 'By origin.'), ...problems },
})

const authorisation = createRoute({
  method: 'get',
  path: '/api/origins/{origin}/authorisation',
  operationId: 'getAuthorisation',
  summary: 'Whether an origin agrees to be tested, as a run that began now would find',
  tags: ['origins'],
  request: { params },
  responses: { 200: json(targetSchema, 'What it allows, or why it cannot be opened.'), ...problems },
})

const lift = createRoute({
  method: 'delete',
  path: '/api/origins/{origin}/pause',
  operationId: 'liftPause',
  summary: 'Reach for an origin again that turned a run away',
  tags: ['origins'],
  request: { params },
  responses: { 200: json(liftedSchema, 'The pause is over.'), ...problems },
})

export function originRoutes(app: OpenAPIHono, refbot: Refbot): void {
  app.openapi(list, (c) => {
    const { origins } = refbot.egress
    const pauses = new Map(origins.pauses().map((pause) => [pause.origin, pause]))
    const all = [...new Set([...pauses.keys(), ...origins.pages.origins()])].toSorted()
    const views = all.map((origin) => ({
      ...{ origin, openPages: origins.pages.openOn(origin) },
      ...present({ pause: pauseView(pauses.get(origin)) }),
    }))
    return c.json({ origins: views }, 200)
  })
  app.openapi(authorisation, async (c) => {
    const { authorisation: agreed, ...target } = await explainTarget(refbot.egress, c.req.valid('param').origin)
    const pause = pauseView(refbot.egress.origins.pauseOf(target.origin))
    return c.json(
      {
        ...{ ...target, problems: [...target.problems], partOrigins: [...target.partOrigins] },
        ...present({ authorisation: agreed && agreementView(agreed), pause }),
      },
      200,
    )
  })
  app.openapi(lift, async (c) => {
    const { origin } = c.req.valid('param')
    if (await refbot.egress.origins.lift(origin)) return c.json({ origin, lifted: true as const }, 200)
    throw new ApiError('ORIGIN_NOT_PAUSED', `The origin ${JSON.stringify(origin)} is not paused.`, {
      hint: 'See GET /api/origins for those that are.',
    })
  })
}

type Explained = Awaited<ReturnType<typeof explainTarget>>

function agreementView({ origin: _, expires, ...agreed }: NonNullable<Explained['authorisation']>) {
  const { paths, submitOrigins, emailDomains, ...rest } = agreed
  return {
    ...rest,
    ...{ paths: [...paths], submitOrigins: [...submitOrigins], emailDomains: [...emailDomains] },
    ...(expires === undefined ? {} : { expires: iso(expires) }),
  }
}

function pauseView(pause: ReturnType<Refbot['egress']['origins']['pauseOf']>) {
  if (pause === undefined) return undefined
  const { cause, runId, since, until } = pause
  return { cause, runId, since: iso(since), until: iso(until) }
}
