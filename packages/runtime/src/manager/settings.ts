import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import { type JsonSchema, writeOnlyPaths } from '@refbot/plugin-sdk/host'
import type { Settings } from '../runs/index.ts'
import { withHidden, withoutHidden } from './hidden.ts'
import { InTurn } from './in-turn.ts'
import { type PluginManifest, readJson } from './manifest.ts'

export interface PluginSettingsOptions {
  readonly manifest: (id: string) => PluginManifest
  /** Rejects where a plugin refuses the settings. */
  readonly check: (manifest: PluginManifest, settings: Settings) => Promise<unknown>
  /** With the settings that are written now, the plugin can be loaded. */
  readonly onWritten: (id: string) => void
  /** Of the plugin's settings. */
  readonly schema: (id: string) => Promise<JsonSchema>
}

/** The settings of plugins, where they are written: in their manifests. */
export class PluginSettings {
  readonly #options: PluginSettingsOptions
  readonly #writing = new InTurn()

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
    await this.#writing.take(id, async () => {
      const manifest = this.#options.manifest(id)
      await this.#options.check(manifest, settings)
      await writeSettings(manifest.file, settings)
      this.#options.onWritten(id)
    })
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
  async #hidden(id: string): Promise<readonly (readonly string[])[]> {
    const { configSchema, settings } = this.#options.manifest(id)
    const schema = configSchema ?? (await this.#options.schema(id))
    return writeOnlyPaths(schema, settings as JsonValue)
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
