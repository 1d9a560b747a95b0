import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { PluginSummary, Refbot } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { runView } from '../run-view.ts'
import { conflict, json, noRoom, problems, unprocessable } from '../schemas/common.ts'
import { pluginListSchema, pluginSchema } from '../schemas/plugins.ts'
import { runSchema } from '../schemas/runs.ts'
import { iso, present } from '../wire.ts'

const params = z.object({ id: z.string().min(1).max(200).meta({ description: "The plugin's folder." }) })

const list = createRoute({
  method: 'get',
  path: '/api/plugins',
  operationId: 'listPlugins',
  summary: 'All plugins, the broken ones included',
  tags: ['plugins'],
  responses: { 200: json(pluginListSchema, 'By id.'), ...problems },
})

const get = createRoute({
  method: 'get',
  path: '/api/plugins/{id}',
  operationId: 'getPlugin',
  summary: 'One plugin',
  tags: ['plugins'],
  request: { params },
  responses: { 200: json(pluginSchema, 'The plugin.'), ...problems },
})

const start = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/start',
  operationId: 'startPlugin',
  summary: 'Run a plugin once, now, and arm its schedule',
  tags: ['plugins'],
  request: { params },
  responses: { 202: json(runSchema, 'The run, as it begins.'), ...problems, ...conflict, ...unprocessable, ...noRoom },
})

const stop = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/stop',
  operationId: 'stopPlugin',
  summary: 'Disarm a plugin and end its runs',
  tags: ['plugins'],
  request: { params },
  responses: { 200: json(pluginSchema, 'The plugin, with nothing of it running.'), ...problems, ...unprocessable },
})

export function pluginRoutes(app: OpenAPIHono, { plugins, runs }: Refbot): void {
  const one = async (id: string) => {
    const all = await plugins.getPluginsSummary()
    const found = all.find((plugin) => plugin.id === id)
    if (found !== undefined) return pluginView(found)
    throw new ApiError('PLUGIN_UNKNOWN', `There is no plugin ${JSON.stringify(id)}.`, {
      hint: `Known plugins: ${all.map((plugin) => plugin.id).join(', ') || 'none'}.`,
    })
  }
  app.openapi(list, async (c) => c.json({ plugins: (await plugins.getPluginsSummary()).map(pluginView) }, 200))
  app.openapi(get, async (c) => c.json(await one(c.req.valid('param').id), 200))
  app.openapi(start, async (c) => {
    const run = await plugins.startPlugin(c.req.valid('param').id, 'api')
    return c.json(runView(run, runs.progress(run.id)), 202)
  })
  app.openapi(stop, async (c) => {
    const { id } = c.req.valid('param')
    await plugins.stopPlugin(id)
    return c.json(await one(id), 200)
  })
}

function pluginView({ metrics, nextRunAt, error, ...plugin }: PluginSummary) {
  const { lastRunAt, ...figures } = metrics
  return {
    ...plugin,
    metrics: { ...present(figures), ...(lastRunAt === undefined ? {} : { lastRunAt: iso(lastRunAt) }) },
    ...(nextRunAt === undefined ? {} : { nextRunAt: iso(nextRunAt) }),
    ...(error === undefined ? {} : { error }),
  }
}
