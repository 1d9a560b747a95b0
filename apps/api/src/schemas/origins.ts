import { z } from '@hono/zod-openapi'
import { instant } from './common.ts'

const pause = z
  .object({
    cause: z.enum(['rate_limited', 'challenged', 'reported']).meta({
      description: 'It answered 429, it answered 403, or a plugin saw on the page that it said no.',
    }),
    runId: z.string().meta({ description: 'The run that it turned away.' }),
    since: instant,
    until: instant,
  })
  .openapi('OriginPause')

export const originListSchema = z
  .object({
    origins: z.array(
      z.object({
        origin: z.string(),
        openPages: z.int().meta({ description: 'Over all runs.' }),
        pause: pause.optional(),
      }),
    ),
  })
  .openapi('OriginList')

const limit = (what: string) =>
  z
    .int()
    .optional()
    .meta({ description: `${what}; missing: no limit.` })

const agreement = z
  .object({
    source: z.enum(['loopback', 'document']),
    paths: z.array(z.string()),
    submitOrigins: z.array(z.string()),
    emailDomains: z.array(z.string()),
    proxies: z.union([z.boolean(), z.literal('loopback')]),
    maxPerMinute: limit('Submits in any minute, over all runs'),
    maxPerDay: limit('Submits in a day of UTC, over all runs'),
    concurrency: limit('Open pages at a time, over all runs'),
    expires: instant.optional(),
  })
  .openapi('Agreement', { description: "What its owner allows, lowered by the operator's own limits." })

export const targetSchema = z
  .object({
    origin: z.string(),
    granted: z.boolean(),
    documentUrl: z.string().optional().meta({ description: 'Where its owner says so; missing on loopback.' }),
    problems: z.array(z.string()).meta({ description: 'Why not, one sentence each.' }),
    authorisation: agreement.optional(),
    partOrigins: z.array(z.string()).meta({ description: 'Granted by the operator for parts of its pages.' }),
    pause: pause.optional(),
  })
  .openapi('Target')

export const liftedSchema = z.object({ origin: z.string(), lifted: z.literal(true) }).openapi('PauseLifted')
