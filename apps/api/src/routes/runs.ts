import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { fileResponse, notAFile } from '../files.ts'
import { ApiError } from '../problem.ts'
import { runDetailsView, runView } from '../run-view.ts'
import { coerced, conflict, json, problems } from '../schemas/common.ts'
import { runDetailsSchema, runPageSchema, runStatus } from '../schemas/runs.ts'

const params = z.object({ id: z.string().min(1).max(100) })

// Widened, or the framework's types take it for a kind of JSON that it does not know.
const NDJSON: string = 'application/x-ndjson'

const list = createRoute({
  method: 'get',
  path: '/api/runs',
  operationId: 'listRuns',
  summary: 'Runs, newest first',
  tags: ['runs'],
  request: {
    query: z.strictObject({
      plugin: z.string().min(1).optional(),
      status: runStatus.optional(),
      since: z.iso.datetime({ offset: true }).optional().meta({ description: 'Only those claimed then or later.' }),
      before: z.string().min(1).max(100).optional().meta({ description: 'The `next` of the page before.' }),
      limit: coerced(1, 200, 50),
    }),
  },
  responses: { 200: json(runPageSchema, 'One page.'), ...problems },
})

const get = createRoute({
  method: 'get',
  path: '/api/runs/{id}',
  operationId: 'getRun',
  summary: 'One run with its steps, artifacts and progress',
  tags: ['runs'],
  request: { params },
  responses: { 200: json(runDetailsSchema, 'The run.'), ...problems },
})

const cancel = createRoute({
  method: 'post',
  path: '/api/runs/{id}/cancel',
  operationId: 'cancelRun',
  summary: 'End a run',
  tags: ['runs'],
  request: { params },
  responses: { 200: json(runDetailsSchema, 'The run, ended.'), ...problems, ...conflict },
})

const log = createRoute({
  method: 'get',
  path: '/api/runs/{id}/log',
  operationId: 'getRunLog',
  summary: 'What a run logged, one JSON object a line',
  tags: ['runs'],
  request: { params },
  responses: {
    200: {
      description: 'Objects with `time`, `level`, `message` and perhaps `fields`; empty where nothing was logged.',
      content: { [NDJSON]: { schema: z.string() } },
    },
    ...problems,
  },
})

const requests = createRoute({
  method: 'get',
  path: '/api/runs/{id}/requests',
  operationId: 'getRunRequests',
  summary: 'What the gate decided on each request of a run, one JSON object a line',
  tags: ['runs'],
  request: { params },
  responses: {
    200: {
      description:
        'Objects with `time`, `attempt`, `page`, `method`, `origin`, `path` (without its query), `verdict`, `rule`, `bytes`, `ms` and perhaps `status`, `code` and `refusal`. Never a body or a secret.',
      content: { [NDJSON]: { schema: z.string() } },
    },
    ...problems,
  },
})

const artifact = createRoute({
  method: 'get',
  path: '/api/runs/{id}/artifacts/{name}',
  operationId: 'getArtifact',
  summary: 'A file that a run kept',
  tags: ['runs'],
  request: { params: params.extend({ name: z.string().min(1).max(255) }) },
  responses: {
    200: {
      description: 'The file, for saving: it comes from a plugin, so no browser shows or runs it.',
      content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
    },
    ...problems,
  },
})

export function runRoutes(app: OpenAPIHono, { runs }: Refbot): void {
  app.openapi(list, async (c) => {
    const { since, limit, plugin, status, before } = c.req.valid('query')
    const found = await runs.list({
      ...(plugin === undefined ? {} : { plugin }),
      ...(status === undefined ? {} : { status }),
      ...(before === undefined ? {} : { before }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      // One more than is shown tells whether there is a next page.
      limit: limit + 1,
    })
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    const views = page.map((run) => runView(run, runs.progress(run.id)))
    return c.json({ runs: views, ...(last === undefined ? {} : { next: last.id }) }, 200)
  })
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(runDetailsView(await runs.get(id), runs.progress(id)), 200)
  })
  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param')
    const run = await runs.get(id)
    if (run.endedAt !== undefined) {
      throw new ApiError('RUN_OVER', `The run ${id} is over: ${run.status}.`, { hint: 'Only a running run can end.' })
    }
    await runs.cancel(id)
    return c.json(runDetailsView(await runs.get(id), undefined), 200)
  })
  app.openapi(log, async (c) => {
    const { id } = await runs.get(c.req.valid('param').id)
    return fileResponse(runs.logFile(id), { contentType: NDJSON }).catch(() =>
      c.body('', 200, {
        'content-type': NDJSON,
      }),
    )
  })
  app.openapi(requests, async (c) => {
    const { id } = await runs.get(c.req.valid('param').id)
    return fileResponse(runs.requestsFile(id), { contentType: NDJSON }).catch(() =>
      c.body('', 200, {
        'content-type': NDJSON,
      }),
    )
  })
  app.openapi(artifact, async (c) => {
    const { id, name } = c.req.valid('param')
    const run = await runs.get(id)
    const found = run.artifacts.find((each) => each.name === name)
    const unknown = new ApiError('ARTIFACT_UNKNOWN', `The run ${id} kept no file ${JSON.stringify(name)}.`, {
      hint: `It kept: ${run.artifacts.map((each) => each.name).join(', ') || 'none'}.`,
    })
    if (found === undefined || notAFile(name)) throw unknown
    return fileResponse(`${runs.artifactsDir(id)}/${name}`, {
      contentType: found.contentType,
      download: name,
    }).catch(() => Promise.reject(unknown))
  })
}
