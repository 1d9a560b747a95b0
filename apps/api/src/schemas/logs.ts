import { z } from '@hono/zod-openapi'
import { LINE_KEYS, LOG_LEVELS, type LogEntry } from '@refbot/runtime'
import { instant } from './common.ts'

export const logLevel = z.enum(LOG_LEVELS)

const KEYS = {
  id: z.int(),
  time: instant,
  level: logLevel,
  message: z.string(),
  runId: z.string().optional(),
  plugin: z.string().optional(),
  executionId: z.string().optional(),
  attempt: z.int().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  error: z
    .object({
      name: z.string(),
      message: z.string(),
      code: z.string().optional(),
      hint: z.string().optional(),
      stack: z.string().optional(),
    })
    .optional(),
} satisfies Record<keyof LogEntry, z.ZodType>

const described = <Key extends keyof LogEntry>(key: Key) => KEYS[key].meta({ description: LINE_KEYS[key] })

export const logLineSchema = z
  .object(
    Object.fromEntries((Object.keys(KEYS) as (keyof LogEntry)[]).map((key) => [key, described(key)])) as typeof KEYS,
  )
  .openapi('LogLine', { description: "A line of the service's log, or of a run's." })
