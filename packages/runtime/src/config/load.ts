import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RefbotError } from '../errors.ts'
import { configSchema, type RefbotConfig, type RefbotConfigInput } from './schema.ts'

export interface LoadConfigOptions {
  /** Where to look for a file, and what relative paths without one start from. */
  readonly cwd: string
  /** Taken instead of looking for one. */
  readonly file?: string
  /** Over the file: what the command line said. */
  readonly overrides?: RefbotConfigInput
}

export interface LoadedConfig {
  /** With absolute paths. */
  readonly config: RefbotConfig
  /** Undefined where there is none. */
  readonly file: string | undefined
}

const NAMES = ['refbot.config.ts', 'refbot.config.mts', 'refbot.config.js', 'refbot.config.json']

/** @throws RefbotError `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `CONFIG_INVALID` */
export async function loadConfig({ cwd, file, overrides = {} }: LoadConfigOptions): Promise<LoadedConfig> {
  const path = file === undefined ? NAMES.map((name) => join(cwd, name)).find(existsSync) : resolve(cwd, file)
  const written = path === undefined ? {} : await readConfig(path)
  const config = parseConfig(merge(written, overrides), path)
  return { config: withAbsolutePaths(config, path === undefined ? cwd : dirname(path)), file: path }
}

/**
 * Fills in the defaults.
 * @throws RefbotError `CONFIG_INVALID`, naming every wrong key at once.
 */
export function parseConfig(input: unknown, file?: string): RefbotConfig {
  const parsed = configSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new RefbotError(
    'CONFIG_INVALID',
    `The configuration${file === undefined ? '' : ` ${file}`} is not valid. ${problems.join('. ')}.`,
    {
      hint: 'Correct these keys; nothing was started or stored.',
    },
  )
}

export function withAbsolutePaths(config: RefbotConfig, base: string): RefbotConfig {
  return { ...config, dataDir: resolve(base, config.dataDir), pluginsDir: resolve(base, config.pluginsDir) }
}

async function readConfig(path: string): Promise<unknown> {
  if (!existsSync(path)) {
    throw new RefbotError('CONFIG_MISSING', `There is no configuration file ${path}.`, {
      hint: 'Check the path after --config.',
    })
  }
  try {
    if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'))
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    return module.default
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('CONFIG_UNREADABLE', `The configuration ${path} cannot be read: ${text}`, {
      hint: path.endsWith('.json')
        ? 'Correct the JSON at that place.'
        : 'It must export its configuration as the default.',
      cause: error,
    })
  }
}

function merge(base: unknown, over: RefbotConfigInput): unknown {
  if (typeof base !== 'object' || base === null || Array.isArray(base)) return base
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const below = result[key]
    result[key] = isPlain(value) && isPlain(below) ? merge(below, value as RefbotConfigInput) : value
  }
  return result
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
