import { z } from '@hono/zod-openapi'

export const instant = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' })
export const durationMs = z.number().meta({ description: 'Milliseconds.' })
export const failure = z.object({ code: z.string(), message: z.string() })
export const labels = z.record(z.string(), z.string())

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was wrong.' }),
    code: z.string().meta({ description: 'Stable, for programs: `PLUGIN_UNKNOWN`.' }),
    hint: z.string().optional().meta({ description: 'The next step.' }),
    issues: z
      .array(z.object({ in: z.enum(['path', 'query', 'header', 'body']), path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Everything that is wrong with the request.' }),
    problems: z
      .array(
        z.object({
          path: z.string(),
          code: z.string(),
          message: z.string(),
          text: z.string().meta({ description: 'Place, path and message in one line.' }),
          where: z.string().optional(),
          file: z.string().optional(),
          line: z.int().optional(),
          hint: z.string().optional(),
        }),
      )
      .optional()
      .meta({ description: 'Everything that is wrong with the configuration of the server.' }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' })

const problemContent = { 'application/problem+json': { schema: problemSchema } }

/** What any route but the public ones can answer beside its own: listed once, so that no route forgets one. */
export const problems = {
  400: { description: 'The request is not valid; nothing was changed.', content: problemContent },
  401: { description: 'No token, or a wrong one.', content: problemContent },
  403: {
    description: 'The token may only look, or the request comes from a page of another origin.',
    content: problemContent,
  },
  404: { description: 'There is no such thing.', content: problemContent },
  421: { description: 'This server is not the host that was asked for.', content: problemContent },
  500: { description: 'The server failed.', content: problemContent },
} as const

export const conflict = {
  409: { description: 'Its present state does not allow this.', content: problemContent },
} as const

export const unprocessable = {
  422: { description: 'The plugin cannot be loaded as it is written.', content: problemContent },
} as const

export const configuration = {
  422: { description: 'The configuration is not valid; nothing was changed.', content: problemContent },
} as const

export const noRoom = {
  503: { description: 'The disk has no room, or takes no write: nothing new begins.', content: problemContent },
} as const

export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

export function coerced(minimum: number, maximum: number, fallback: number) {
  return z.coerce.number().int().min(minimum).max(maximum).default(fallback)
}
