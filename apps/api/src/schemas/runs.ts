import { z } from '@hono/zod-openapi'
import { durationMs, failure, instant } from './common.ts'

export const runStatus = z.enum(['running', 'retrying', 'success', 'failed', 'cancelled'])

const attempt = z.object({
  number: z.int(),
  startedAt: instant,
  endedAt: instant.optional(),
  durationMs: durationMs.optional(),
  error: failure.optional(),
})

const progress = z.object({ done: z.number(), total: z.number(), message: z.string().optional() }).openapi('Progress')

export const runSchema = z
  .object({
    id: z.string(),
    plugin: z.string(),
    cause: z.enum(['schedule', 'manual', 'api']),
    action: z.string().optional().meta({ description: 'The action that was run; missing: the plugin itself.' }),
    jobId: z.string(),
    status: runStatus,
    reason: z.string().optional().meta({ description: 'Why it has this status: `missed`, `timeout`, `abandoned` …' }),
    scheduledAt: instant,
    claimedAt: instant,
    endedAt: instant.optional(),
    durationMs: durationMs.optional().meta({ description: 'From its claim to its end, in milliseconds.' }),
    retryAt: instant.optional().meta({ description: 'When its next attempt is due; only while it is `retrying`.' }),
    attempts: z.array(attempt),
    error: failure.optional().meta({ description: 'Why it failed, or is tried again.' }),
    progress: progress.optional().meta({ description: 'Only while it runs.' }),
  })
  .openapi('Run')

const step = z.object({
  attempt: z.int(),
  number: z.int(),
  path: z.string().meta({ description: 'Names from the outermost step in, joined by ` › `.' }),
  startedAt: instant,
  endedAt: instant,
  durationMs,
  error: z.string().optional(),
})

export const artifactSchema = z
  .object({
    name: z.string(),
    contentType: z.string(),
    bytes: z.int(),
    createdAt: instant,
    href: z.string().meta({ description: 'Where to fetch it.' }),
  })
  .openapi('Artifact')

export const runDetailsSchema = runSchema
  .extend({
    result: z.unknown().meta({ description: 'What the plugin returned: any JSON, null where it returned nothing.' }),
    steps: z.array(step),
    artifacts: z.array(artifactSchema),
  })
  .openapi('RunDetails')

export const runPageSchema = z
  .object({
    runs: z.array(runSchema).meta({ description: 'Newest first.' }),
    next: z.string().optional().meta({ description: 'The `before` of the next page; missing on the last one.' }),
  })
  .openapi('RunPage')
