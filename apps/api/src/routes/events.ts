import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { eventStream } from '../event-stream.ts'
import { problems } from '../schemas/common.ts'
import { eventSchema } from '../schemas/watch.ts'
import { sseResponse } from '../sse.ts'

const events = createRoute({
  method: 'get',
  path: '/api/events',
  operationId: 'streamEvents',
  summary: 'Every change of state as it happens',
  description:
    'Server-sent events. With Last-Event-ID the stream begins behind that event, without one with the next change. A comment line keeps the connection open. An event of the type gap says which ids were deleted before they could be read: look at the present state then.',
  tags: ['events'],
  request: {
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}$/, 'is no id of an event')
        .optional(),
    }),
  },
  responses: {
    200: {
      description: 'Each message carries its id, its type as the event name, and one Event as data.',
      content: { 'text/event-stream': { schema: eventSchema } },
    },
    ...problems,
  },
})

export interface EventRouteOptions {
  readonly keepAliveMs: number
  /** Ends every stream. */
  readonly signal: AbortSignal | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function eventRoutes(app: OpenAPIHono, { store }: Refbot, options: EventRouteOptions): void {
  app.openapi(events, (c) => {
    const id = c.req.valid('header')['last-event-id']
    const after = id === undefined ? undefined : Number(id)
    const body = eventStream({ ...options, feed: store.feed, after })
    return sseResponse(body)
  })
}
