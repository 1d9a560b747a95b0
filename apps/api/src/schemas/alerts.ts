import { z } from '@hono/zod-openapi'
import { instant, labels } from './common.ts'

export const silenceSchema = z
  .object({
    id: z.string(),
    ruleId: z.string().optional().meta({ description: 'Only alerts of this rule.' }),
    labels: labels.optional().meta({ description: 'Only alerts with all of these labels.' }),
    startsAt: instant,
    endsAt: instant,
    by: z.string().optional().meta({ description: 'Name of the token that made it.' }),
    comment: z.string().optional(),
  })
  .openapi('Silence')

export const silenceListSchema = z
  .object({ silences: z.array(silenceSchema).meta({ description: 'Those that have not ended.' }) })
  .openapi('SilenceList')

const time = z.iso.datetime({ offset: true })

export const newSilenceSchema = z
  .strictObject({
    ruleId: z.string().min(1).max(500).optional().meta({ description: 'Only alerts of this rule.' }),
    labels: labels.optional().meta({
      description: 'Only alerts with all of these labels. A rule, labels or both are needed.',
    }),
    startsAt: time.optional().meta({ description: 'None: now.' }),
    endsAt: time,
    comment: z.string().min(1).max(500).optional().meta({ description: 'Why.' }),
  })
  .openapi('NewSilence')

export const alertSchema = z
  .object({
    id: z.string(),
    ruleId: z.string(),
    severity: z.enum(['info', 'warning', 'critical']),
    state: z.enum(['pending', 'firing', 'resolved']),
    labels,
    summary: z.string(),
    value: z.number(),
    threshold: z.number(),
    startedAt: instant,
    firedAt: instant.optional(),
    resolvedAt: instant.optional(),
    updatedAt: instant,
    acknowledged: z
      .object({ by: z.string(), at: instant })
      .optional()
      .meta({ description: 'Who has taken it on: it is not repeated any more.' }),
    silencedBy: z.array(z.string()).meta({ description: 'Ids of the silences that hold its messages back now.' }),
  })
  .openapi('Alert')

export const alertListSchema = z.object({ alerts: z.array(alertSchema) }).openapi('AlertList')
