import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { PluginContext } from './context.ts'
import type { JsonValue } from './json.ts'

/** Any schema that validates (Standard Schema) and describes itself (Standard JSON Schema); zod 4 does both. */
export type ConfigSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>

export type ConfigInput<Schema extends ConfigSchema> = StandardSchemaV1.InferInput<Schema>
export type ConfigOutput<Schema extends ConfigSchema> = StandardSchemaV1.InferOutput<Schema>

/** What a plugin can ask its operator for, and what that allows. */
export const PLUGIN_PERMISSIONS = [
  /** Pages in a browser. */
  'browser',
  /** Leases of the operator's proxies. */
  'proxies',
  /** Requests without a browser. */
  'http',
  /** Processes of its own, which the host's limits on files do not reach. */
  'processes',
  /** Native modules, which the host's limits on files do not reach. */
  'addons',
] as const

export type PluginPermission = (typeof PLUGIN_PERMISSIONS)[number]

/** The version of the contract between a plugin and its host. */
export const API_VERSION = 1

/** When a plugin runs, unless its operator says otherwise. */
export type PluginSchedule = { readonly cron: string; readonly timeZone?: string } | { readonly everyMs: number }

/** What a run may return: JSON, kept with the run. */
export type PluginResult = JsonValue | void

/** The context of an action: that of a run, and what the action was called with. */
export interface ActionContext<Config = unknown, Input = unknown> extends PluginContext<Config> {
  /** Validated, with defaults filled in. */
  readonly input: Input
}

/** A further entry point of a plugin: a run of its own, in a process of its own, fenced as every run. */
export interface PluginAction<Config, Input extends ConfigSchema> {
  /** One sentence, for help texts. */
  readonly description?: string
  /** Drives validation, flags and documentation. */
  readonly input: Input
  execute(context: ActionContext<Config, ConfigOutput<Input>>): Promise<PluginResult> | PluginResult
}

export type ActionInputs = Readonly<Record<string, ConfigSchema>>

export interface PluginDefinition<
  Schema extends ConfigSchema = ConfigSchema,
  Inputs extends ActionInputs = ActionInputs,
> {
  /** Drives validation, forms, flags and documentation. */
  readonly config: Schema
  /** Default: none. The manifest's word goes before. */
  readonly permissions?: readonly PluginPermission[]
  /** Names of the secrets that it asks for; each must be granted by the operator. */
  readonly secrets?: readonly string[]
  readonly schedule?: PluginSchedule
  /** Named further entry points; names are lower-case words with dashes. */
  readonly actions?: { readonly [Name in keyof Inputs]: PluginAction<ConfigOutput<Schema>, Inputs[Name]> }
  /** One run. What it returns is kept with the run. */
  execute(context: PluginContext<ConfigOutput<Schema>>): Promise<PluginResult> | PluginResult
}

/** A definition that carries the contract's version, as the host loads it. */
export interface Plugin<Schema extends ConfigSchema = ConfigSchema, Inputs extends ActionInputs = ActionInputs>
  extends PluginDefinition<Schema, Inputs> {
  readonly apiVersion: typeof API_VERSION
}

/**
 * Defines a plugin; everything is inferred from its schemas.
 * Export the result as the default of the plugin's entry file.
 */
export function definePlugin<Schema extends ConfigSchema, Inputs extends ActionInputs = Record<never, never>>(
  definition: PluginDefinition<Schema, Inputs>,
): Plugin<Schema, Inputs> {
  return { ...definition, apiVersion: API_VERSION }
}
