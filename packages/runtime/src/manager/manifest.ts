import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PluginPermission } from '@refbot/plugin-sdk'
import { z } from 'zod'
import { RefbotError } from '../errors.ts'
import type { PluginCode } from '../host/index.ts'

/** Where a plugin's identity and settings are written. */
export const MANIFEST_FILE = 'plugin_config.json'

const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  enabled: z.boolean().default(true),
  name: z.string().min(1).optional(),
  description: z.string().default(''),
  /** `file#export`, below the plugin's folder. */
  class: z.string().min(1).optional(),
  version: z.string().default('0.0.0'),
  permissions: z.array(z.enum(['browser', 'proxies', 'http'])).optional(),
  settings: z.record(z.string(), z.json()).default({}),
})

/** A plugin as its manifest tells it; none of its code has run. */
export interface PluginManifest {
  /** Name of its folder. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly version: string
  readonly enabled: boolean
  readonly directory: string
  readonly code: PluginCode
  /** Undefined: what the code asks for. */
  readonly permissions?: readonly PluginPermission[] | undefined
  readonly settings: Readonly<Record<string, z.core.util.JSONType>>
}

/** A folder that looks like a plugin, and is none. */
export interface BrokenPlugin {
  readonly id: string
  readonly error: RefbotError
}

export interface Discovery {
  readonly plugins: readonly PluginManifest[]
  /** Reported beside the others; they hide nothing. */
  readonly broken: readonly BrokenPlugin[]
}

/** Reads manifests only: `<pluginsDir>/<id>/plugin_config.json`. A folder that is not there holds no plugin. */
export function discover(pluginsDir: string): Discovery {
  const plugins: PluginManifest[] = []
  const broken: BrokenPlugin[] = []
  if (!existsSync(pluginsDir)) return { plugins, broken }
  for (const id of readdirSync(pluginsDir).sort()) {
    const directory = join(pluginsDir, id)
    if (!existsSync(join(directory, MANIFEST_FILE))) continue
    try {
      plugins.push(readManifest(id, directory))
    } catch (error) {
      broken.push({ id, error: error instanceof RefbotError ? error : unreadable(directory, error) })
    }
  }
  return { plugins, broken }
}

function readManifest(id: string, directory: string): PluginManifest {
  const file = join(directory, MANIFEST_FILE)
  const parsed = manifestSchema.safeParse(readJson(file))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`)
    throw new RefbotError('PLUGIN_MANIFEST_INVALID', `${file} is not valid. ${problems.join('. ')}.`, {
      hint: 'Correct these keys; the other plugins are not affected.',
    })
  }
  const { name = id, class: entry, $schema: _, ...manifest } = parsed.data
  return { id, name, ...manifest, directory, code: locate(directory, entry) }
}

const ENTRY_FILES = ['index.ts', 'index.js', 'index.mjs', 'src/index.ts', 'dist/index.js']

function locate(directory: string, entry: string | undefined): PluginCode {
  const [written = '', exportName = 'default'] = entry?.split('#') ?? []
  const candidates = written === '' ? ENTRY_FILES : [written, `${written}.ts`, `${written}.js`]
  const root = resolve(directory)
  const file = candidates
    .map((candidate) => resolve(root, candidate))
    .find((path) => path.startsWith(root + sep) && existsSync(path) && statSync(path).isFile())
  if (file === undefined) {
    throw new RefbotError('PLUGIN_ENTRY_MISSING', `${directory} has no file ${candidates.join(' or ')}.`, {
      hint: 'Name the plugin\'s file and export in "class" as file#export, below its own folder.',
    })
  }
  return { url: pathToFileURL(file).href, exportName }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): RefbotError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new RefbotError('PLUGIN_MANIFEST_UNREADABLE', `${file} cannot be read: ${text}`, {
    hint: 'Correct the JSON at that place.',
    cause,
  })
}
