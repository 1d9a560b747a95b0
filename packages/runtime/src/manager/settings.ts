import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import { type JsonSchema, writeOnlyValues } from '@refbot/plugin-sdk/host'
import type { Settings } from '../runs/index.ts'
import { type PluginManifest, readJson } from './manifest.ts'

export interface PluginSettingsOptions {
  readonly manifest: (id: string) => PluginManifest
  /** Rejects where a plugin refuses the settings. */
  readonly check: (manifest: PluginManifest, settings: Settings) => Promise<unknown>
  /** Of the plugin's settings. */
  readonly schema: (id: string) => Promise<JsonSchema>
}

/** The settings of plugins, where they are written: in their manifests. */
export class PluginSettings {
  readonly #options: PluginSettingsOptions
  /** Settings of one plugin are written one after the other. */
  readonly #writing = new Map<string, Promise<unknown>>()

  constructor(options: PluginSettingsOptions) {
    this.#options = options
  }

  /** As they are written. */
  get(id: string): Settings {
    return this.#options.manifest(id).settings as Settings
  }

  /**
   * Validates settings and writes them to the manifest in one step; they apply from the next run.
   * @throws RefbotError `PLUGIN_CONFIG_INVALID`, and nothing is written
   */
  async set(id: string, settings: Settings): Promise<void> {
    const write = async () => {
      const manifest = this.#options.manifest(id)
      await this.#options.check(manifest, settings)
      await writeSettings(manifest.file, settings)
    }
    const turn = (this.#writing.get(id) ?? Promise.resolve()).catch(() => undefined).then(write)
    this.#writing.set(id, turn)
    await turn
  }

  /** Without those that must not be shown. */
  async shown(id: string): Promise<Settings> {
    return withoutHidden(this.get(id), await this.#hidden(id))
  }

  /** As {@link set}, with the settings that are not shown kept where they are left out. */
  async setShown(id: string, settings: Settings): Promise<void> {
    await this.set(id, withHidden(settings, this.get(id), await this.#hidden(id)))
  }

  /** Paths of the settings that must not be shown. */
  async #hidden(id: string): Promise<readonly string[]> {
    const { configSchema, settings } = this.#options.manifest(id)
    const schema = configSchema ?? (await this.#options.schema(id))
    return [...writeOnlyValues(schema, settings as JsonValue).keys()]
  }
}

/**
 * Replaces the settings in a manifest, and nothing else in it: whoever reads it meanwhile sees all of the old or all of
 * the new, also after a power cut. A package's first settings are written with `enabled: false`.
 */
export async function writeSettings(file: string, settings: Settings): Promise<void> {
  const written = existsSync(file) ? (readJson(file) as Record<string, JsonValue>) : { enabled: false }
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify({ ...written, settings }, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Without the values that must not be shown. */
export function withoutHidden(settings: Settings, hidden: Iterable<string>): Settings {
  const shown = structuredClone(settings) as Record<string, JsonValue>
  for (const path of hidden) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    delete folderOf(shown, keys, false)?.[last]
  }
  return shown
}

/** With the values that must not be shown put back where they were left out. */
export function withHidden(shown: Settings, written: Settings, hidden: Iterable<string>): Settings {
  const settings = structuredClone(shown) as Record<string, JsonValue>
  for (const path of hidden) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    const kept = folderOf(written as Record<string, JsonValue>, keys, false)?.[last]
    const folder = kept === undefined ? undefined : folderOf(settings, keys, true)
    if (folder !== undefined && kept !== undefined) folder[last] ??= kept
  }
  return settings
}

function folderOf(
  root: Record<string, JsonValue>,
  keys: readonly string[],
  make: boolean,
): Record<string, JsonValue> | undefined {
  let at = root
  for (const key of keys) {
    if (at[key] === undefined && make) at[key] = {}
    const next = at[key]
    if (typeof next !== 'object' || next === null) return undefined
    at = next as Record<string, JsonValue>
  }
  return at
}
