import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { PluginSummary, Refbot, Settings } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { runView } from '../run-view.ts'
import { conflict, json, noRoom, problems, unprocessable } from '../schemas/common.ts'
import {
  actionRequestSchema,
  pluginFormSchema,
  pluginListSchema,
  pluginSchema,
  runRequestSchema,
  settingsSchema,
} from '../schemas/plugins.ts'
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

const pause = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/pause',
  operationId: 'pausePlugin',
  summary: 'Disarm a plugin and let its runs come to rest',
  description:
    'Answers once every run waits at a checkpoint, after 10 seconds at the latest: with status `running` then, and the wish stands.',
  tags: ['plugins'],
  request: { params },
  responses: { 200: json(pluginSchema, 'The plugin.'), ...problems, ...conflict, ...unprocessable },
})

const resume = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/resume',
  operationId: 'resumePlugin',
  summary: 'Let paused runs go on, and arm the schedule again',
  tags: ['plugins'],
  request: { params },
  responses: { 200: json(pluginSchema, 'The plugin.'), ...problems, ...conflict, ...unprocessable },
})

const form = createRoute({
  method: 'get',
  path: '/api/plugins/{id}/form',
  operationId: 'getPluginForm',
  summary: 'What the settings and the actions of a plugin take',
  tags: ['plugins'],
  request: { params },
  responses: {
    200: json(pluginFormSchema, 'Schemas of everything that it takes.'),
    ...problems,
    ...conflict,
    ...unprocessable,
  },
})

const run = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/runs',
  operationId: 'runPlugin',
  summary: 'Run a plugin once, now, and arm nothing',
  tags: ['plugins'],
  request: { params, body: { content: { 'application/json': { schema: runRequestSchema } } } },
  responses: { 202: json(runSchema, 'The run, as it begins.'), ...problems, ...conflict, ...unprocessable, ...noRoom },
})

const act = createRoute({
  method: 'post',
  path: '/api/plugins/{id}/actions/{name}',
  operationId: 'runPluginAction',
  summary: 'Run an action of a plugin',
  tags: ['plugins'],
  request: {
    params: params.extend({ name: z.string().min(1).max(100).meta({ description: 'The action.' }) }),
    body: { content: { 'application/json': { schema: actionRequestSchema } } },
  },
  responses: { 202: json(runSchema, 'The run, as it begins.'), ...problems, ...conflict, ...unprocessable, ...noRoom },
})

const readSettings = createRoute({
  method: 'get',
  path: '/api/plugins/{id}/settings',
  operationId: 'getPluginSettings',
  summary: 'The settings of a plugin as they are written',
  tags: ['plugins'],
  request: { params },
  responses: { 200: json(settingsSchema, 'The settings.'), ...problems, ...conflict, ...unprocessable },
})

const writeSettings = createRoute({
  method: 'put',
  path: '/api/plugins/{id}/settings',
  operationId: 'setPluginSettings',
  summary: 'Replace the settings of a plugin; they apply from its next run',
  description: 'Settings that must not be shown stay as they are where they are left out.',
  tags: ['plugins'],
  request: { params, body: { content: { 'application/json': { schema: settingsSchema } }, required: true } },
  responses: { 200: json(settingsSchema, 'The settings as they are now.'), ...problems, ...conflict, ...unprocessable },
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
  app.openapi(pause, async (c) => {
    const { id } = c.req.valid('param')
    await plugins.pausePlugin(id)
    return c.json(await one(id), 200)
  })
  app.openapi(resume, async (c) => {
    const { id } = c.req.valid('param')
    await plugins.resumePlugin(id)
    return c.json(await one(id), 200)
  })
  app.openapi(form, async (c) => {
    const { id } = c.req.valid('param')
    const { description, permissions } = await plugins.loadPlugin(id)
    const { secrets, configSchema, actions } = description
    return c.json(pluginFormSchema.parse({ id, permissions, secrets, settings: configSchema, actions }), 200)
  })
  app.openapi(run, async (c) => {
    const { settings } = runRequestSchema.parse(c.req.valid('json') ?? {})
    const began = await plugins.runPlugin(c.req.valid('param').id, 'api', settings as Settings)
    return c.json(runView(began, runs.progress(began.id)), 202)
  })
  app.openapi(act, async (c) => {
    const { id, name } = c.req.valid('param')
    const { input } = actionRequestSchema.parse(c.req.valid('json') ?? {})
    const began = await plugins.runAction(id, name, input as Settings, 'api')
    return c.json(runView(began, runs.progress(began.id)), 202)
  })
  app.openapi(readSettings, async (c) =>
    c.json({ settings: await plugins.settings.shown(c.req.valid('param').id) } as z.output<typeof settingsSchema>, 200),
  )
  app.openapi(writeSettings, async (c) => {
    const { id } = c.req.valid('param')
    await plugins.settings.setShown(id, c.req.valid('json').settings as Settings)
    return c.json({ settings: await plugins.settings.shown(id) } as z.output<typeof settingsSchema>, 200)
  })
}

function pluginView({ metrics, nextRunAt, waiting, error, package: from, warning, ...plugin }: PluginSummary) {
  const { lastRunAt, ...figures } = metrics
  return {
    ...plugin,
    ...present({ package: from, warning }),
    metrics: { ...present(figures), ...(lastRunAt === undefined ? {} : { lastRunAt: iso(lastRunAt) }) },
    ...(nextRunAt === undefined ? {} : { nextRunAt: iso(nextRunAt) }),
    ...(waiting === undefined ? {} : { waiting: present({ ...waiting, until: iso(waiting.until) }) }),
    ...(error === undefined ? {} : { error }),
  }
}
