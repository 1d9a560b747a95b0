import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PLUGIN_PERMISSIONS, type PluginPermission } from '@refbot/plugin-sdk'
import { z } from 'zod'
import { SECRET_NAME } from '../config/index.ts'
import { RefbotError } from '../errors.ts'
import type { PluginCode } from '../host/index.ts'
import { type Compatibility, compatibilityOf } from './compatibility.ts'

/** Where a plugin's identity and settings are written; the only truth about both. */
export const MANIFEST_FILE = 'plugin_config.json'

const permissions = z.array(z.enum(PLUGIN_PERMISSIONS))
const secrets = z.array(z.string().regex(SECRET_NAME))
const engines = z.object({ refbot: z.string().optional() })

const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  enabled: z.boolean().default(true),
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  /** `file#export`, below the plugin's folder. */
  class: z.string().min(1).optional(),
  version: z.string().optional(),
  apiVersion: z.int().optional(),
  engines: engines.optional(),
  /** What the plugin may do. */
  permissions: permissions.optional(),
  /** Names of the secrets that are granted to it. */
  secrets: secrets.default([]),
  limits: z
    .strictObject({ memoryMb: z.int().min(64).max(65_536).optional(), hangMs: z.int().min(2000).optional() })
    .default({}),
  settings: z.record(z.string(), z.json()).default({}),
})

type Written = z.output<typeof manifestSchema>

const packageSchema = z.object({
  name: z.string(),
  description: z.string().default(''),
  version: z.string().default('0.0.0'),
  engines: engines.optional(),
  refbot: z.object({
    apiVersion: z.int().optional(),
    entry: z.string().min(1),
    permissions: permissions.default([]),
    secrets: secrets.optional(),
    configSchema: z.record(z.string(), z.json()).optional(),
  }),
  exports: z.unknown().optional(),
})

/** A plugin as its manifest tells it; none of its code has run. */
export interface PluginManifest {
  /** Name of its folder, or of its package without what all plugins are called. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly version: string
  readonly enabled: boolean
  /** Where its code is. */
  readonly directory: string
  /** Where its settings are written. */
  readonly file: string
  /** The npm package that it comes from. */
  readonly package: string | undefined
  readonly code: PluginCode
  /** Undefined: what the code asks for. */
  readonly permissions: readonly PluginPermission[] | undefined
  /** Names of the secrets that its operator granted; those that the plugin does not ask for count for nothing. */
  readonly secrets: readonly string[]
  readonly compatibility: Compatibility
  /** In megabytes and milliseconds; undefined: the host's own. */
  readonly limits: { readonly memoryMb?: number | undefined; readonly hangMs?: number | undefined }
  /** As the package tells it, so that settings can be shown and asked for without running code. */
  readonly configSchema: Readonly<Record<string, z.core.util.JSONType>> | undefined
  readonly settings: Readonly<Record<string, z.core.util.JSONType>>
}

/**
 * A plugin whose code lies beside its manifest.
 * @throws RefbotError `PLUGIN_MANIFEST_UNREADABLE`, `PLUGIN_MANIFEST_INVALID`, `PLUGIN_ENTRY_MISSING`, `PLUGIN_API_UNSUPPORTED`
 */
export function folderManifest(id: string, folder: string): PluginManifest {
  const file = join(folder, MANIFEST_FILE)
  // What is allowed to a plugin's process is told by real paths.
  const directory = realpathSync(folder)
  const written = readManifest(file)
  return {
    ...operatorPart(id, file, written),
    description: written.description ?? '',
    version: written.version ?? '0.0.0',
    directory,
    package: undefined,
    code: locate(directory, written.class),
    permissions: written.permissions,
    // Code that lies in the operator's own folder is the operator's to test.
    compatibility: compatibilityOf(id, { apiVersion: written.apiVersion, range: written.engines?.refbot, own: true }),
    configSchema: undefined,
  }
}

/**
 * A plugin that comes as an npm package; its settings, and whether it is enabled, lie in `<pluginsDir>/<id>`. A package
 * without settings there is known and disabled.
 * @throws RefbotError as {@link folderManifest}
 */
export function packageManifest(id: string, folder: string, settingsFile: string): PluginManifest {
  const directory = realpathSync(folder)
  const told = parse(join(directory, 'package.json'), packageSchema)
  const written = existsSync(settingsFile) ? readManifest(settingsFile) : manifestSchema.parse({ enabled: false })
  const asked = told.refbot.permissions
  return {
    ...operatorPart(id, settingsFile, written),
    name: written.name ?? told.name,
    description: written.description ?? told.description,
    version: told.version,
    directory,
    package: told.name,
    code: locatePackage(directory, told.refbot.entry, told.exports),
    permissions:
      written.permissions === undefined ? asked : asked.filter((each) => written.permissions?.includes(each)),
    secrets:
      told.refbot.secrets === undefined
        ? written.secrets
        : written.secrets.filter((name) => told.refbot.secrets?.includes(name)),
    compatibility: compatibilityOf(id, { apiVersion: told.refbot.apiVersion, range: told.engines?.refbot, own: false }),
    configSchema: told.refbot.configSchema,
  }
}

/** Whether there is code in a plugin's folder, or only settings of a package. */
export function hasCode(directory: string): boolean {
  const written = parse(join(directory, MANIFEST_FILE), manifestSchema)
  return written.class !== undefined || ENTRY_FILES.some((name) => existsSync(join(directory, name)))
}

function operatorPart(id: string, file: string, { name = id, enabled, secrets: granted, limits, settings }: Written) {
  return { id, file, name, enabled, secrets: granted, limits, settings }
}

function readManifest(file: string): Written {
  return parse(file, manifestSchema)
}

function parse<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(readJson(file))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`)
  throw new RefbotError('PLUGIN_MANIFEST_INVALID', `${file} is not valid. ${problems.join('. ')}.`, {
    hint: 'Correct these keys; the other plugins are not affected.',
  })
}

const ENTRY_FILES = ['index.ts', 'index.js', 'index.mjs', 'src/index.ts', 'dist/index.js']

function locate(directory: string, entry: string | undefined): PluginCode {
  const [written = '', exportName = 'default'] = entry?.split('#') ?? []
  const candidates = written === '' ? ENTRY_FILES : [written, `${written}.ts`, `${written}.js`]
  const file = firstFile(directory, candidates)
  if (file !== undefined) return { url: pathToFileURL(file).href, exportName }
  throw new RefbotError('PLUGIN_ENTRY_MISSING', `${directory} has no file ${candidates.join(' or ')}.`, {
    hint: 'Name the plugin\'s file and export in "class" as file#export, below its own folder.',
  })
}

function locatePackage(directory: string, entry: string, exported: unknown): PluginCode {
  const [written = '', exportName = 'default'] = entry.split('#')
  const file = firstFile(directory, [written, ...sourceOf(exported)])
  if (file !== undefined) return { url: pathToFileURL(file).href, exportName }
  throw new RefbotError('PLUGIN_ENTRY_MISSING', `${directory} has no file ${written}.`, {
    hint: 'Build the package, or install a release of it.',
  })
}

/** In a workspace that runs from source, a package that is not built. */
function sourceOf(exported: unknown): readonly string[] {
  if (!process.execArgv.includes('--conditions=@refbot/source')) return []
  const { '.': main } = (exported ?? {}) as { readonly '.'?: { readonly '@refbot/source'?: unknown } }
  const source = main?.['@refbot/source']
  return typeof source === 'string' ? [source] : []
}

function firstFile(directory: string, candidates: readonly string[]): string | undefined {
  const root = resolve(directory)
  return candidates
    .map((candidate) => resolve(root, candidate))
    .find((path) => path.startsWith(root + sep) && existsSync(path) && statSync(path).isFile())
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw unreadable(file, error)
  }
}

export function unreadable(file: string, cause: unknown): RefbotError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new RefbotError('PLUGIN_MANIFEST_UNREADABLE', `${file} cannot be read: ${text}`, {
    hint: 'Correct the JSON at that place.',
    cause,
  })
}
