import { z } from '@hono/zod-openapi'
import { durationMs, instant } from './common.ts'

export const pluginSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.string(),
    enabled: z.boolean(),
    status: z.enum(['idle', 'running', 'paused', 'stopped', 'error']),
    desired: z.enum(['armed', 'paused', 'stopped']).meta({ description: 'What its operator asked for.' }),
    metrics: z.object({
      runs: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      successRate: z.number().optional().meta({ description: '0 to 1; missing before the first finished run.' }),
      lastRunAt: instant.optional(),
      p50DurationMs: durationMs.optional(),
      p95DurationMs: durationMs.optional(),
    }),
    nextRunAt: instant.optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .openapi('Plugin')

export const pluginListSchema = z.object({ plugins: z.array(pluginSchema) }).openapi('PluginList')
