import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { idOfPackage, PACKAGE_KEYWORD } from '@refbot/plugin-sdk/host'
import { RefbotError } from '../errors.ts'
import {
  folderManifest,
  hasCode,
  MANIFEST_FILE,
  type PluginManifest,
  packageManifest,
  readJson,
  unreadable,
} from './manifest.ts'

/** A folder or package that looks like a plugin, and is none. */
export interface BrokenPlugin {
  readonly id: string
  readonly error: RefbotError
}

export interface Discovery {
  /** By id. */
  readonly plugins: readonly PluginManifest[]
  /** Reported beside the others; they hide nothing. */
  readonly broken: readonly BrokenPlugin[]
}

/**
 * Reads manifests only: `<pluginsDir>/<id>/plugin_config.json`, and the packages with the keyword `refbot-plugin` in the
 * `node_modules` of that folder and in the nearest one above it. A folder that is not there holds no plugin.
 */
export function discover(pluginsDir: string): Discovery {
  const plugins = new Map<string, PluginManifest>()
  const broken: BrokenPlugin[] = []
  const attempt = (id: string, where: string, read: () => PluginManifest) => {
    try {
      plugins.set(id, read())
    } catch (error) {
      broken.push({ id, error: error instanceof RefbotError ? error : unreadable(where, error) })
    }
  }
  const packages = pluginPackages(pluginsDir)
  for (const id of listFolder(pluginsDir)) {
    const directory = join(pluginsDir, id)
    if (!existsSync(join(directory, MANIFEST_FILE))) continue
    attempt(id, directory, () => {
      const installed = packages.get(id)?.[0]
      if (installed === undefined || hasCode(directory)) return folderManifest(id, directory)
      return packageManifest(id, installed.directory, join(directory, MANIFEST_FILE))
    })
  }
  for (const [id, found] of packages) {
    const [first, ...others] = found
    if (first === undefined) continue
    const known = plugins.get(id)
    const isBroken = broken.some((each) => each.id === id)
    if (known === undefined && !isBroken) {
      attempt(id, first.directory, () => packageManifest(id, first.directory, join(pluginsDir, id, MANIFEST_FILE)))
    }
    const duplicates = known !== undefined && known.package === undefined ? found : others
    for (const { name, directory } of duplicates)
      broken.push({ id: name, error: duplicate(id, name, directory, known) })
  }
  const byId = [...plugins.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return { plugins: byId, broken }
}

/**
 * One plugin whose code lies in its folder, without a look at any other; undefined where only all of them tell.
 * @throws RefbotError what is wrong with its manifest
 */
export function discoverFolder(pluginsDir: string, id: string): PluginManifest | undefined {
  const directory = join(pluginsDir, id)
  if (basename(directory) !== id || !existsSync(join(directory, MANIFEST_FILE))) return undefined
  try {
    return hasCode(directory) ? folderManifest(id, directory) : undefined
  } catch (error) {
    throw error instanceof RefbotError ? error : unreadable(directory, error)
  }
}

interface PluginPackage {
  readonly name: string
  readonly directory: string
}

/** By the ids that their names stand for. */
function pluginPackages(pluginsDir: string): Map<string, PluginPackage[]> {
  const found = new Map<string, PluginPackage[]>()
  const names = new Set<string>()
  for (const modules of modulesOf(pluginsDir)) {
    for (const name of candidates(modules)) {
      const directory = join(modules, name)
      const told = quietly(() => readJson(join(directory, 'package.json'))) as
        | { readonly keywords?: unknown; readonly refbot?: unknown }
        | undefined
      if (!Array.isArray(told?.keywords) || !told.keywords.includes(PACKAGE_KEYWORD)) continue
      // As for Node, the nearer of two copies is the package.
      if (names.has(name)) continue
      names.add(name)
      const id = idOfPackage(name)
      found.set(id, [...(found.get(id) ?? []), { name, directory }])
    }
  }
  return found
}

/** What was installed for the plugins alone, and what belongs to the project around them. */
function modulesOf(pluginsDir: string): readonly string[] {
  const own = join(pluginsDir, 'node_modules')
  const around = nearestModules(dirname(pluginsDir))
  return [...(existsSync(own) ? [own] : []), ...(around === undefined ? [] : [around])]
}

function nearestModules(from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const modules = join(at, 'node_modules')
    if (existsSync(modules)) return modules
    if (at === dirname(at)) return undefined
  }
}

/** What the project beside the packages names as its dependencies; where there is no project, all packages. */
function candidates(modules: string): readonly string[] {
  const project = quietly(() => readJson(join(dirname(modules), 'package.json'))) as
    | Partial<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>>
    | undefined
  if (project !== undefined) {
    const { dependencies, devDependencies, optionalDependencies } = project
    return Object.keys({ ...optionalDependencies, ...devDependencies, ...dependencies }).sort()
  }
  return listFolder(modules).flatMap((name) =>
    name.startsWith('@') ? listFolder(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
}

function duplicate(id: string, name: string, directory: string, known: PluginManifest | undefined): RefbotError {
  const other = known?.package ?? known?.directory ?? 'another package'
  return new RefbotError('PLUGIN_DUPLICATE', `${name} in ${directory} would be called ${id}, as ${other} is.`, {
    hint: 'Remove one of them, or rename the folder.',
  })
}

function listFolder(folder: string): readonly string[] {
  return quietly(() => readdirSync(folder).sort()) ?? []
}

function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
