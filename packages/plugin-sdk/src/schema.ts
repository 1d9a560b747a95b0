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
  return new Map(writeOnlyPaths(schema, value).flatMap((path) => texts(partAt(value, path), path.join('.'))))
}

/** Where those values are, by the keys that lead to them: a key may have a dot in it. */
export function writeOnlyPaths(schema: JsonSchema, value: JsonValue | undefined): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>()
  collect(schema, { root: schema, value, path: [], seen: new Set(), found })
  return [...found.values()]
}

interface Place {
  /** What references are resolved in. */
  readonly root: JsonSchema
  readonly value: JsonValue | undefined
  readonly path: readonly string[]
  /** Schemas that were applied to this value: they may lead back to themselves. */
  readonly seen: Set<unknown>
  readonly found: Map<string, readonly string[]>
}

function collect(schema: unknown, place: Place): void {
  const { value, path, seen, found } = place
  if (!isObject(schema) || value === undefined || value === null || seen.has(schema)) return
  seen.add(schema)
  if (schema.writeOnly === true) {
    found.set(JSON.stringify(path), path)
    return
  }
  if (typeof schema.$ref === 'string') collect(referred(place.root, schema.$ref), place)
  for (const key of ['anyOf', 'oneOf', 'allOf']) for (const part of listOf(schema[key])) collect(part, place)
  for (const key of ['then', 'else']) collect(schema[key], place)
  if (typeof value !== 'object') return
  const applies = Array.isArray(value) ? itemSchemas(schema) : propertySchemas(schema)
  for (const [key, item] of Object.entries(value)) {
    for (const part of applies(key)) collect(part, { ...place, value: item, path: [...path, key], seen: new Set() })
  }
}

function itemSchemas({ prefixItems, items }: JsonSchema): (index: string) => readonly unknown[] {
  const first = [...listOf(prefixItems), ...listOf(items)]
  return (index) => [first[Number(index)] ?? items]
}

function propertySchemas(schema: JsonSchema): (key: string) => readonly unknown[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  // Rather too much is hidden than a pattern tried that a plugin wrote.
  const others = [
    schema.additionalProperties,
    ...(isObject(schema.patternProperties) ? Object.values(schema.patternProperties) : []),
  ]
  return (key) => (Object.hasOwn(properties, key) ? [properties[key]] : others)
}

/** What a reference within a schema leads to, such as `#/$defs/password`. */
function referred(root: JsonSchema, reference: string): unknown {
  const [start, ...keys] = reference.split('/')
  if (start !== '#') return undefined
  let at: unknown = root
  for (const key of keys) {
    const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
    at =
      (isObject(at) || Array.isArray(at)) && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined
  }
  return at
}

function partAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, key) => (at as Record<string, JsonValue>)[key], value)
}

function texts(value: JsonValue | undefined, path: string): (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'number') return [[path, String(value)]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => texts(item, path === '' ? key : `${path}.${key}`))
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
