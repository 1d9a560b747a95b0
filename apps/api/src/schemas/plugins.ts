import { z } from '@hono/zod-openapi'
import { durationMs, failure, instant } from './common.ts'

export const pluginSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.string(),
    enabled: z.boolean(),
    package: z.string().optional().meta({ description: 'The npm package that it comes from.' }),
    warning: z.string().optional().meta({ description: 'Why it may not work with this host.' }),
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
    waiting: z
      .object({ runId: z.string(), until: instant, error: failure.optional() })
      .optional()
      .meta({ description: 'The run of it that is tried again next: when, and because of what.' }),
    error: failure.optional(),
  })
  .openapi('Plugin')

export const pluginListSchema = z.object({ plugins: z.array(pluginSchema) }).openapi('PluginList')

const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema, draft 2020-12.' })

/** What can be asked of a plugin, for forms and flags. */
export const pluginFormSchema = z
  .object({
    id: z.string(),
    permissions: z.array(z.string()).meta({ description: 'What it may do.' }),
    secrets: z.array(z.string()).meta({ description: 'Names of the secrets that it asks for.' }),
    settings: jsonSchema,
    actions: z.record(z.string(), z.object({ description: z.string(), input: jsonSchema })),
  })
  .openapi('PluginForm')

const given = z.record(z.string(), z.unknown())

export const runRequestSchema = z
  .object({ settings: given.default({}).meta({ description: 'Of this run alone, over those that are written.' }) })
  .openapi('RunRequest')

export const actionRequestSchema = z
  .object({ input: given.default({}).meta({ description: "As the action's schema wants it." }) })
  .openapi('ActionRequest')

export const settingsSchema = z
  .object({ settings: given.meta({ description: 'All of them, without those that must not be shown.' }) })
  .openapi('PluginSettings')
