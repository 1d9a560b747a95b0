import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { ConfigChange } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { configuration, conflict, json, problems } from '../schemas/common.ts'
import { configReloadSchema } from '../schemas/config.ts'

/** Reads the configuration again, applies what can change alive, and tells every change. */
export type Reload = () => Promise<readonly ConfigChange[]>

const reloading = createRoute({
  method: 'post',
  path: '/api/config/reload',
  operationId: 'reloadConfig',
  summary: 'Read the configuration again',
  description: 'What can change while the server runs does, the rest is named. One mistake, and nothing changes.',
  tags: ['config'],
  responses: { 200: json(configReloadSchema, 'Every change.'), ...problems, ...conflict, ...configuration },
})

export function configRoutes(app: OpenAPIHono, reload: Reload | undefined): void {
  app.openapi(reloading, async (c) => {
    if (reload === undefined) {
      throw new ApiError('RELOAD_NOT_AVAILABLE', 'This server cannot read its configuration again.', {
        hint: 'It runs inside another program: change its configuration there, or give createApi a reload function.',
      })
    }
    const changes = await reload()
    return c.json(
      { changes: changes.map(({ path, effect, why, before, after }) => ({ path, effect, why, before, after })) },
      200,
    )
  })
}
