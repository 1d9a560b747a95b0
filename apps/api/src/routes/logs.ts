import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { LogEntry, Refbot } from '@refbot/runtime'
import { coerced, problems } from '../schemas/common.ts'
import { logLevel, logLineSchema } from '../schemas/logs.ts'
import { sseResponse, sseStream } from '../sse.ts'
import { present } from '../wire.ts'

// Widened, or the framework's types take it for a kind of JSON that it does not know.
const NDJSON: string = 'application/x-ndjson'

const cursor = z.string().regex(/^\d{1,16}$/, 'is no id of a line')

const logs = createRoute({
  method: 'get',
  path: '/api/logs',
  operationId: 'getLogs',
  summary: "The service's log and those of runs, as one",
  description:
    'The newest lines that match, oldest first, one JSON object a line. With `after` the oldest behind that line instead. With `Accept: text/event-stream` they are followed by each line as it is said; with Last-Event-ID or `after` the stream begins behind that line, and none is missing or comes twice.',
  tags: ['logs'],
  request: {
    query: z.strictObject({
      since: z.iso.datetime({ offset: true }).optional().meta({ description: 'Only lines said then or later.' }),
      level: logLevel.optional().meta({ description: 'Only lines that are at least as grave.' }),
      run: z.string().min(1).max(100).optional().meta({ description: 'Only lines about this run.' }),
      plugin: z.string().min(1).max(200).optional().meta({ description: 'Only lines about this plugin or its runs.' }),
      after: cursor.optional().meta({ description: 'Id of the last line that is known already.' }),
      limit: coerced(0, 10_000, 1000),
    }),
    headers: z.object({ 'last-event-id': cursor.optional() }),
  },
  responses: {
    200: {
      description: 'One LogLine a line, or a stream of messages with one each.',
      content: { [NDJSON]: { schema: z.string() }, 'text/event-stream': { schema: logLineSchema } },
    },
    ...problems,
  },
})

export interface LogRouteOptions {
  readonly keepAliveMs: number
  /** Ends every stream. */
  readonly signal: AbortSignal | undefined
}

export function logRoutes(app: OpenAPIHono, refbot: Refbot, { keepAliveMs, signal }: LogRouteOptions): void {
  app.openapi(logs, async (c) => {
    const { since, run, level, plugin, limit, after: asked } = c.req.valid('query')
    const id = c.req.valid('header')['last-event-id'] ?? asked
    const after = id === undefined ? undefined : Number(id)
    // What is not there has no lines; that is not what whoever mistyped its id wants to hear.
    if (run !== undefined) await refbot.runs.get(run)
    const query = {
      ...present({ level, plugin, runId: run, after, since: since === undefined ? undefined : Date.parse(since) }),
      limit,
    }
    if (c.req.header('accept')?.includes('text/event-stream') !== true) {
      const lines = await refbot.logs.read(query)
      return c.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 200, {
        'content-type': NDJSON,
        'cache-control': 'no-store',
      })
    }
    const body = sseStream({
      items: (ending) => refbot.logs.follow({ ...query, signal: ending }),
      message: (line: LogEntry) => ({ id: line.id, event: 'line', data: line }),
      keepAliveMs,
      signal,
    })
    return sseResponse(body)
  })
}
