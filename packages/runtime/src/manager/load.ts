import type { JsonValue, PluginPermission } from '@refbot/plugin-sdk'
import { type JsonSchema, writeOnlyPaths, writeOnlyValues } from '@refbot/plugin-sdk/host'
import { RefbotError } from '../errors.ts'
import { type ActionCall, DEFAULT_LIMITS, describePlugin, type PluginDescription } from '../host/index.ts'
import type { RunnablePlugin, Settings } from '../runs/index.ts'
import type { PluginManifest } from './manifest.ts'

/** A plugin whose code was asked what it is. */
export interface LoadedPlugin {
  readonly manifest: PluginManifest
  readonly description: PluginDescription
  /** What it may do: the manifest's word, or what the code asks for where the manifest is silent. */
  readonly permissions: readonly PluginPermission[]
}

export interface LoadOptions {
  /** Names the instance in the environment of what is started. */
  readonly marks: Readonly<Record<string, string>>
  /** Instead of those of the manifest. */
  readonly settings?: Settings
  /** Its input is checked as well. */
  readonly action?: ActionCall | undefined
}

/**
 * Asks the plugin what it is, in a process of its own, and checks its settings against its schema.
 * @throws RefbotError `PLUGIN_DISABLED`, `PLUGIN_CONFIG_INVALID`, and what loading its code ends in
 */
export async function load(manifest: PluginManifest, { marks, settings, action }: LoadOptions): Promise<LoadedPlugin> {
  if (!manifest.enabled) throw disabled(manifest)
  const config = (settings ?? manifest.settings) as JsonValue
  const { code, directory } = manifest
  const description = await describePlugin(code, config, {
    marks,
    directory,
    action,
    permissions: manifest.permissions ?? [],
  })
  const { configIssues } = description
  if (configIssues.length > 0) {
    throw new RefbotError(
      'PLUGIN_CONFIG_INVALID',
      `The settings of ${manifest.id} are not valid. ${configIssues.join('. ')}.`,
      {
        hint: `Correct "settings" in ${manifest.file}, or what was given with the call.`,
      },
    )
  }
  return { manifest, description, permissions: manifest.permissions ?? description.permissions }
}

/** What an attempt needs of its plugin, with the settings as they are written now. */
export function runnable(
  manifest: PluginManifest,
  { description, permissions }: LoadedPlugin,
  settings: Settings | undefined,
): RunnablePlugin {
  const config = { ...manifest.settings, ...settings } as JsonValue
  const { memoryMb, hangMs } = manifest.limits
  return {
    code: manifest.code,
    directory: manifest.directory,
    config,
    hidden: writeOnlyValues(description.configSchema, config),
    permissions: manifest.permissions ?? permissions,
    secrets: manifest.secrets.filter((name) => description.secrets.includes(name)),
    limits: {
      memoryBytes: memoryMb === undefined ? DEFAULT_LIMITS.memoryBytes : memoryMb * 1024 * 1024,
      hangMs: hangMs ?? DEFAULT_LIMITS.hangMs,
    },
  }
}

/** What is stored with a run is shown with it, so a value that must not be shown cannot be given for one run. */
export function refuseHidden(manifest: PluginManifest, schema: JsonSchema, value: JsonValue): void {
  const [path] = writeOnlyPaths(schema, value)
  if (path === undefined) return
  throw new RefbotError(
    'PLUGIN_SETTING_HIDDEN',
    `${path.join('.')} must not be shown, so it cannot be given for one run.`,
    {
      hint: `Write it into "settings" in ${manifest.file}.`,
    },
  )
}

export function disabled({ id, file }: PluginManifest): RefbotError {
  return new RefbotError('PLUGIN_DISABLED', `The plugin ${id} is disabled.`, {
    hint: `Set "enabled": true in ${file}.`,
  })
}

export function toRefbotError(error: unknown): RefbotError {
  if (error instanceof RefbotError) return error
  const { code = 'PLUGIN_LOAD_FAILED', message, hint } = error as Error & { code?: string; hint?: string }
  return new RefbotError(code, message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
