import { z } from '@hono/zod-openapi'

export const configReloadSchema = z
  .object({
    changes: z
      .array(
        z.object({
          path: z.string().meta({ description: 'Dotted: `api.port`.' }),
          effect: z
            .enum(['live', 'restart'])
            .meta({ description: '`live`: in force; `restart`: from the next start on.' }),
          why: z.string(),
          before: z.string().meta({ description: 'For people; of a list only its length.' }),
          after: z.string(),
        }),
      )
      .meta({ description: 'What differs from the configuration that was in force.' }),
  })
  .openapi('ConfigReload')
