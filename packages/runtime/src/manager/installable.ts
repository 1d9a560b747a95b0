import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { idOfPackage, PACKAGE_KEYWORD } from '@refbot/plugin-sdk/host'
import { RefbotError } from '../errors.ts'
import { discover } from './discover.ts'
import { MANIFEST_FILE, type PluginManifest, packageManifest, readJson } from './manifest.ts'

/** What can be the name of a folder among the plugins. */
const ID = /^[a-z0-9][a-z0-9._-]*$/

/**
 * The plugin in a package that is not installed yet, as it would be found once it is; none of its code runs.
 * @throws RefbotError `PLUGIN_PACKAGE_INVALID`, `PLUGIN_DUPLICATE`, `PLUGIN_MANIFEST_UNREADABLE`, `PLUGIN_MANIFEST_INVALID`, `PLUGIN_ENTRY_MISSING`, `PLUGIN_API_UNSUPPORTED`
 */
export function installable(pluginsDir: string, directory: string): PluginManifest {
  const { name, keywords } = readJson(join(directory, 'package.json')) as { name?: unknown; keywords?: unknown }
  const id = idOfPackage(String(name))
  if (!Array.isArray(keywords) || !keywords.includes(PACKAGE_KEYWORD) || !ID.test(id)) {
    throw new RefbotError('PLUGIN_PACKAGE_INVALID', `${String(name)} is no plugin of RefBot.`, {
      hint: `A plugin has the keyword "${PACKAGE_KEYWORD}" and the key "refbot" in its package.json.`,
    })
  }
  const present = discover(pluginsDir).plugins.find((plugin) => plugin.id === id)
  if (present !== undefined && present.package !== name) {
    const other = present.package ?? present.directory
    throw new RefbotError('PLUGIN_DUPLICATE', `${String(name)} would be called ${id}, as ${other} is.`, {
      hint: 'Remove that one first, or rename its folder.',
    })
  }
  return packageManifest(id, directory, join(pluginsDir, id, MANIFEST_FILE))
}

/**
 * Writes the first settings of a plugin: disabled, and with what it was granted, so that a later release of it cannot do
 * more. Settings that are there already are kept.
 * @returns whether they were written
 */
export function grantFirst({ file, permissions = [] }: Pick<PluginManifest, 'file' | 'permissions'>): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const written = { enabled: false, permissions, settings: {} }
    writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
