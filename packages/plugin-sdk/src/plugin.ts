import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { PluginContext } from './context.ts'
import type { JsonValue } from './json.ts'

/** Any schema that validates (Standard Schema) and describes itself (Standard JSON Schema); zod 4 does both. */
export type ConfigSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>

export type ConfigInput<Schema extends ConfigSchema> = StandardSchemaV1.InferInput<Schema>
export type ConfigOutput<Schema extends ConfigSchema> = StandardSchemaV1.InferOutput<Schema>

/** What a plugin asks its operator for. */
export type PluginPermission =
  /** Pages in a browser. */
  | 'browser'
  /** Leases of the operator's proxies. */
  | 'proxies'
  /** Requests without a browser. */
  | 'http'

/** The version of the contract between a plugin and its host. */
export const API_VERSION = 1

/** When a plugin runs, unless its operator says otherwise. */
export type PluginSchedule = { readonly cron: string; readonly timeZone?: string } | { readonly everyMs: number }

export interface PluginDefinition<Schema extends ConfigSchema = ConfigSchema> {
  /** Drives validation, forms, flags and documentation. */
  readonly config: Schema
  /** Default: none. */
  readonly permissions?: readonly PluginPermission[]
  readonly schedule?: PluginSchedule
  /** One run. What it returns is kept with the run. */
  execute(context: PluginContext<ConfigOutput<Schema>>): Promise<JsonValue | void> | JsonValue | void
}

/** A definition that carries the contract's version, as the host loads it. */
export interface Plugin<Schema extends ConfigSchema = ConfigSchema> extends PluginDefinition<Schema> {
  readonly apiVersion: typeof API_VERSION
}

/**
 * Defines a plugin; everything is inferred from its config schema.
 * Export the result as the default of the plugin's entry file.
 */
export function definePlugin<Schema extends ConfigSchema>(definition: PluginDefinition<Schema>): Plugin<Schema> {
  return { ...definition, apiVersion: API_VERSION }
}
