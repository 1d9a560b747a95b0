import { PluginError } from './errors.ts'
import type { JsonValue } from './json.ts'
import type { ConfigSchema } from './plugin.ts'

/** JSON Schema, as far as this package looks into it. */
export type JsonSchema = { readonly [key: string]: JsonValue | undefined }

export type Checked<Output> =
  | { readonly ok: true; readonly value: Output }
  /** One sentence each, with the path in front. */
  | { readonly ok: false; readonly issues: readonly string[] }

/** Validates a value with a schema of whatever library. */
export async function check<Output>(schema: ConfigSchema<unknown, Output>, value: unknown): Promise<Checked<Output>> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return { ok: true, value: result.value }
  return {
    ok: false,
    issues: result.issues.map(({ message, path = [] }) => {
      const place = path.map((part) => String(typeof part === 'object' && 'key' in part ? part.key : part))
      return place.length === 0 ? message : `${place.join('.')}: ${message}`
    }),
  }
}

/**
 * The JSON Schema (draft 2020-12) of a schema's input side.
 * @throws PluginError `PLUGIN_CONFIG_SCHEMA_INVALID` with the path of what has no JSON form; `what` names the schema.
 */
export function inputSchema(schema: ConfigSchema, what: string): JsonSchema {
  if (typeof schema?.['~standard']?.jsonSchema?.input !== 'function') {
    throw invalid(what, 'it is no Standard JSON Schema')
  }
  try {
    const json = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
    return JSON.parse(JSON.stringify(json)) as JsonSchema
  } catch (error) {
    const path = pathWithoutJson(schema)
    const text = error instanceof Error ? error.message : String(error)
    throw invalid(path === undefined ? what : `${what}.${path}`, text)
  }
}

function invalid(what: string, why: string): PluginError {
  return new PluginError('PLUGIN_CONFIG_SCHEMA_INVALID', `The schema ${what} has no JSON form: ${why}.`, {
    hint: 'Use types that JSON can hold on the input side: text, numbers, booleans, lists and objects.',
    retryable: false,
  })
}

/** Where in an object schema the first part without a JSON form is; undefined where the library does not tell its parts. */
function pathWithoutJson(schema: ConfigSchema): string | undefined {
  const { shape } = schema as { readonly shape?: Readonly<Record<string, ConfigSchema>> }
  if (typeof shape !== 'object' || shape === null) return undefined
  for (const [key, part] of Object.entries(shape)) {
    try {
      part['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
    } catch {
      const deeper = pathWithoutJson(part)
      return deeper === undefined ? key : `${key}.${deeper}`
    }
  }
  return undefined
}

/** The values of a configuration that its schema marks `writeOnly`, by their paths: what must not be shown. */
export function writeOnlyValues(schema: JsonSchema, value: JsonValue | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  collect(schema, value, '', found)
  return found
}

function collect(schema: unknown, value: JsonValue | undefined, path: string, found: Map<string, string>): void {
  if (!isObject(schema) || value === undefined || value === null) return
  if (schema.writeOnly === true) {
    for (const [place, text] of texts(value, path)) found.set(place, text)
    return
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[key]
    if (Array.isArray(parts)) for (const part of parts) collect(part, value, path, found)
  }
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) collect(schema.items, item, join(path, String(n)), found)
    return
  }
  if (typeof value !== 'object') return
  const properties = isObject(schema.properties) ? schema.properties : {}
  for (const [key, item] of Object.entries(value)) {
    collect(
      Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties,
      item,
      join(path, key),
      found,
    )
  }
}

function texts(value: JsonValue, path: string): (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'number') return [[path, String(value)]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : texts(item, join(path, key))))
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
