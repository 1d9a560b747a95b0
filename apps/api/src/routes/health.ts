import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { json } from '../schemas/common.ts'
import { healthSchema } from '../schemas/watch.ts'
import { VERSION } from '../version.ts'

const OK = { status: 'ok' as const, version: VERSION }
const UNAVAILABLE = { status: 'unavailable' as const, version: VERSION }

const common = { method: 'get' as const, tags: ['health'], security: [] }
const answers = { 200: json(healthSchema, 'It works.'), 503: json(healthSchema, 'It does not answer for its store.') }

const health = createRoute({
  ...common,
  path: '/api/health',
  operationId: 'getHealth',
  summary: 'Whether it works',
  responses: answers,
})

const ready = createRoute({
  ...common,
  path: '/api/health/ready',
  operationId: 'getReadiness',
  summary: 'Whether it can take requests',
  responses: answers,
})

const live = createRoute({
  ...common,
  path: '/api/health/live',
  operationId: 'getLiveness',
  summary: 'Whether the process answers at all',
  responses: { 200: json(healthSchema, 'It does.') },
})

export function healthRoutes(app: OpenAPIHono, { store, runs }: Refbot): void {
  const works = () =>
    store.runs.list({ limit: 1 }).then(
      () => true,
      () => false,
    )
  /** With a disk that is nearly full, full or failing no run begins, though what is stored can be read. */
  const writes = () => store.health().status === 'ok'
  app.openapi(health, async (c) => ((await works()) ? c.json(OK, 200) : c.json(UNAVAILABLE, 503)))
  /** Neither before it has started nor once it stops. */
  const runsMayStart = () => runs.isOpen
  app.openapi(ready, async (c) =>
    runsMayStart() && writes() && (await works()) ? c.json(OK, 200) : c.json(UNAVAILABLE, 503),
  )
  app.openapi(live, (c) => c.json(OK, 200))
}
