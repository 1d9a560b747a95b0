import { Readable } from 'node:stream'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { expositionTypes } from '@refbot/analytics'
import type { Refbot } from '@refbot/runtime'
import { accepts } from 'hono/accepts'
import { windowOf } from '../metrics-window.ts'
import { coerced, json, problems } from '../schemas/common.ts'
import { metricsSchema } from '../schemas/watch.ts'
import { iso, present } from '../wire.ts'

const HOUR_MS = 3_600_000

const query = z.strictObject({
  name: z.string().min(1).max(200).optional().meta({ description: 'One metric; default: all.' }),
  hours: coerced(1, 24 * 366, 24).meta({ description: 'How far back.' }),
})

const show = createRoute({
  method: 'get',
  path: '/api/metrics',
  operationId: 'getMetrics',
  summary: 'Every series with its figures over a window',
  tags: ['metrics'],
  request: { query },
  responses: { 200: json(metricsSchema, 'Series with samples in the window, by name and labels.'), ...problems },
})

const exported = createRoute({
  method: 'get',
  path: '/api/metrics/export',
  operationId: 'exportMetrics',
  summary: 'Raw samples as CSV',
  tags: ['metrics'],
  request: { query },
  responses: {
    200: {
      description: 'RFC 4180 with a head line: timestamp, name, labels (JSON), value.',
      content: { 'text/csv': { schema: z.string() } },
    },
    ...problems,
  },
})

const text = { schema: z.string() }

const scraped = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'scrapeMetrics',
  summary: 'Every series in memory, for a scraper such as Prometheus',
  description: 'OpenMetrics 1.0.0 where `Accept` prefers it, else the Prometheus text format 0.0.4.',
  tags: ['metrics'],
  responses: {
    200: {
      description: 'One family after the other.',
      content: { 'text/plain': text, 'application/openmetrics-text': text },
    },
    ...problems,
  },
})

export function metricRoutes(app: OpenAPIHono, refbot: Refbot, now: () => number): void {
  const { analytics } = refbot
  app.openapi(show, async (c) => {
    const { name, hours } = c.req.valid('query')
    const windowMs = hours * HOUR_MS
    const until = now()
    const series = await windowOf(refbot, { name, windowMs, now: until })
    return c.json(
      {
        windowMs,
        since: iso(until - windowMs),
        until: iso(until),
        series: series.map(({ lastAt, ...each }) => ({
          ...present(each),
          ...(lastAt === undefined ? {} : { lastAt: iso(lastAt) }),
        })),
      },
      200,
    )
  })
  app.openapi(scraped, (c) => {
    const supports = ['text/plain', 'application/openmetrics-text']
    const wanted = accepts(c, { header: 'Accept', supports, default: 'text/plain' })
    const format = wanted === 'application/openmetrics-text' ? 'openmetrics' : 'prometheus'
    return streamed(analytics.exposition(format), { 'content-type': expositionTypes[format], vary: 'accept' })
  })
  app.openapi(exported, (c) => {
    const { name, hours } = c.req.valid('query')
    const since = now() - hours * HOUR_MS
    const lines = analytics.exportCsv({ since, ...(name === undefined ? {} : { names: [name] }) })
    return streamed(lines, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="metrics.csv"',
    })
  })
}

function streamed(pieces: AsyncIterable<string>, headers: Record<string, string>): Response {
  const body = Readable.toWeb(Readable.from(pieces, { objectMode: false }))
  return new Response(body as ReadableStream, { headers: { ...headers, 'x-content-type-options': 'nosniff' } })
}
