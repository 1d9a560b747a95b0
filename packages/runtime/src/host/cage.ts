import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PluginPermission } from '@refbot/plugin-sdk'
import { RefbotError } from '../errors.ts'

export interface CageOptions {
  /** The plugin's folder. */
  readonly directory: string
  readonly entryUrl: string
  /** The only place where it may write; none: nowhere. */
  readonly writable: string | undefined
  readonly permissions: ReadonlySet<PluginPermission | string>
  /** This package's process entry, whose packages the process needs as well. */
  readonly processEntry: string
}

/** Asked for by playwright-core when it is loaded. */
const PLAYWRIGHT_READS = ['/proc/sys/fs/binfmt_misc/WSLInterop', '/run/WSL']

/**
 * Node's permission model, narrowed to what a plugin needs: its own folder, the packages above it, the folder of its
 * run. A seat belt for files and processes, not a wall: it does not know sockets, and native code gets past it.
 * @throws RefbotError `PLUGIN_LINK_OUTSIDE`: a link in its folder would lead around it
 */
export function cageFlags(options: CageOptions): readonly string[] {
  const { entryUrl, writable, permissions, processEntry } = options
  const root = realpathSync(options.directory)
  const entry = realpathSync(fileURLToPath(entryUrl))
  refuseLinks(root)
  const readable = new Set([root, ...packagesAbove(root), ...packagesAbove(dirname(realpathSync(processEntry)))])
  readable.add(ownPackage(dirname(realpathSync(processEntry))))
  if (!isWithin(root, entry)) readable.add(ownPackage(dirname(entry)))
  if (writable !== undefined) readable.add(realpathSync(writable))
  if (permissions.has('browser')) for (const path of PLAYWRIGHT_READS) readable.add(path)
  return [
    '--permission',
    '--disable-warning=SecurityWarning',
    // It ignores the permission model, and would open any database of this user.
    '--no-experimental-sqlite',
    ...[...readable].map((path) => `--allow-fs-read=${path}`),
    ...(writable === undefined ? [] : [`--allow-fs-write=${realpathSync(writable)}`]),
    ...(permissions.has('processes') ? ['--allow-child-process'] : []),
    ...(permissions.has('addons') ? ['--allow-addons'] : []),
  ]
}

/** Every `node_modules` and `package.json` from a folder up, and where the links in them lead. */
function packagesAbove(folder: string): readonly string[] {
  const found: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) found.push(join(at, 'package.json'))
    const modules = join(at, 'node_modules')
    if (existsSync(modules)) found.push(modules, ...linkedPackages(modules))
    if (at === dirname(at)) return found
  }
}

const linked = new Map<string, { readonly changedAt: number; readonly targets: readonly string[] }>()

/** A workspace links its packages: they, and the packages that they have of their own, lie elsewhere. */
function linkedPackages(modules: string): readonly string[] {
  const changedAt = lstatSync(realpathSync(modules)).mtimeMs
  const known = linked.get(modules)
  if (known?.changedAt === changedAt) return known.targets
  const targets = new Set<string>()
  const names = readdirSync(modules, { withFileTypes: true })
  const scoped = names
    .filter(({ name, isDirectory }) => name.startsWith('@') && isDirectory)
    .flatMap(({ name }) => safeList(join(modules, name)).map((inner) => join(modules, name, inner)))
  for (const path of [
    ...names.filter(({ name }) => !name.startsWith('@')).map(({ name }) => join(modules, name)),
    ...scoped,
  ]) {
    if (!lstatSync(path).isSymbolicLink()) continue
    const target = tryRealpath(path)
    if (target === undefined || isWithin(modules, target)) continue
    targets.add(target)
    const own = join(target, 'node_modules')
    if (existsSync(own)) targets.add(own)
  }
  const result = [...targets]
  linked.set(modules, { changedAt, targets: result })
  return result
}

/** The folder of the nearest package.json, or the folder itself. */
function ownPackage(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, 'package.json'))) return at
  return folder
}

/** The permission model follows links: one that leads out of a plugin's folder would open what it leads to. */
function refuseLinks(root: string): void {
  const queue = [root]
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const item of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, item.name)
      if (item.isDirectory() && item.name !== 'node_modules') queue.push(path)
      if (!item.isSymbolicLink()) continue
      const target = tryRealpath(path)
      if (item.name === 'node_modules' || (target !== undefined && isWithin(root, target))) continue
      throw new RefbotError('PLUGIN_LINK_OUTSIDE', `${path} is a link that leads out of the plugin's folder.`, {
        hint: 'Put a copy of what it leads to into the folder, or install it as a package.',
      })
    }
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep)
}

function tryRealpath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function safeList(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
