import { z } from 'zod'
import { configSchema } from './schema.ts'

/** The part of JSON Schema (draft 7) that a configuration's schema consists of. */
export interface JsonSchema {
  readonly $schema?: string
  readonly title?: string
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly const?: string
}

/** What an editor needs to complete and check a `refbot.config.json` that names it as its `$schema`. Draft 7. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07' }) as JsonSchema
  return { ...schema, title: 'RefBot configuration' }
}
