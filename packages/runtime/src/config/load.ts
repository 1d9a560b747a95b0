import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type ConfigOrigin, checkLayers } from './check.ts'
import { readEnvironment } from './environment.ts'
import type { ConfigSource, Layer } from './layers.ts'
import { ConfigError, type ConfigNotice, type ConfigProblem, inOrder } from './problem.ts'
import { readConfigFile } from './read-file.ts'
import type { RefbotConfig, RefbotConfigInput } from './schema.ts'
import type { SecretSources } from './secrets.ts'

export interface LoadConfigOptions {
  /** Where to look for a file, and what relative paths without one start from. */
  readonly cwd: string
  /** Taken instead of looking for one. */
  readonly file?: string
  /** Over the environment and the file: what the command line said. */
  readonly overrides?: RefbotConfigInput
  /** The flags that `overrides` come from, for messages: `{ 'api.port': '--port' }`. */
  readonly flags?: Readonly<Record<string, string>>
  /** `REFBOT_*`, secrets and systemd's credentials are read from it; default `process.env`. */
  readonly env?: SecretSources['env']
}

export interface LoadedConfig {
  /** With absolute paths. */
  readonly config: RefbotConfig
  /** Undefined where there is none. */
  readonly file: string | undefined
  /** Who said what a key is: `origins['api.port']`. Every key that holds a value has one, a list one as a whole. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>
  /** What works and should be written otherwise. */
  readonly notices: readonly ConfigNotice[]
}

export interface ConfigCheck {
  readonly file: string | undefined
  /** Empty where the configuration can be used. */
  readonly problems: readonly ConfigProblem[]
  readonly notices: readonly ConfigNotice[]
  /** Undefined where there are problems. */
  readonly loaded: LoadedConfig | undefined
}

const NAMES = ['refbot.config.ts', 'refbot.config.mts', 'refbot.config.js', 'refbot.config.json']

/**
 * Command line over environment over file over defaults. A relative path in the file starts at the file's folder, any other
 * at `cwd`.
 * @throws ConfigError with all that is wrong in `problems`. Its code is `CONFIG_INVALID`, or that of its problems where they
 * share one: `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `MODE_NOT_AVAILABLE`, `PROXY_LIST_INVALID`, `DATA_DIR_UNUSABLE`,
 * `SECRET_MISSING` and the others of `resolveSecret`.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { file, problems, loaded } = await validateConfig(options)
  if (loaded === undefined) throw new ConfigError(file, problems)
  return loaded
}

/** As `loadConfig`, and tells what is wrong instead of throwing it. Nothing is changed by it. */
export async function validateConfig(options: LoadConfigOptions): Promise<ConfigCheck> {
  const { cwd, overrides = {}, flags = {}, env = process.env } = options
  const file = options.file === undefined ? findConfig(cwd) : resolve(cwd, options.file)
  const read = file === undefined ? { layer: undefined, problems: [] } : await readConfigFile(file)
  if ('unreadable' in read) return { file, problems: [read.unreadable], notices: [], loaded: undefined }

  const environment = readEnvironment(env)
  const commandLine: Layer = {
    source: 'flag',
    value: overrides,
    place: (path) => ({ where: flags[path.join('.')] ?? 'command line' }),
  }
  const layers: Layer[] = [commandLine, { source: 'environment', ...environment }]
  if (read.layer !== undefined) layers.push(read.layer)
  const base = (source: ConfigSource) =>
    file === undefined || source === 'flag' || source === 'environment' ? cwd : dirname(file)
  const checked = checkLayers(layers, { env, dataDir: (written, source) => resolve(base(source), written) })
  const problems = [...read.problems, ...environment.problems, ...checked.problems]
  const notices = [...environment.notices, ...checked.notices]
  const { origins } = checked
  const config = checked.config && absolutePaths(checked.config, (key) => base(origins[key]?.source ?? 'default'))
  if (config !== undefined) problems.push(...wrongFolders(config, origins))
  const usable = config !== undefined && problems.length === 0
  return { file, problems: inOrder(problems), notices, loaded: usable ? { config, file, origins, notices } : undefined }
}

/**
 * Fills in the defaults and resolves secrets, from `process.env` unless told otherwise. Paths stay as they are. Neither the
 * environment's `REFBOT_*` keys nor a file are looked at.
 * @throws ConfigError as `loadConfig`, naming every wrong key at once.
 */
export function parseConfig(
  input: unknown,
  file?: string,
  { env = process.env }: { readonly env?: SecretSources['env'] } = {},
): RefbotConfig {
  const place = () => (file === undefined ? undefined : { where: file, file })
  const base = file === undefined ? process.cwd() : dirname(file)
  const { config, problems } = checkLayers([{ source: 'file', value: input, place }], {
    env,
    dataDir: (written) => resolve(base, written),
  })
  if (config === undefined) throw new ConfigError(file, problems)
  return config
}

export function withAbsolutePaths(config: RefbotConfig, base: string): RefbotConfig {
  return absolutePaths(config, () => base)
}

function absolutePaths(config: RefbotConfig, base: (key: string) => string): RefbotConfig {
  const { metricsFile } = config
  const { executable } = config.browser
  return {
    ...config,
    dataDir: resolve(base('dataDir'), config.dataDir),
    pluginsDir: resolve(base('pluginsDir'), config.pluginsDir),
    ...(metricsFile === undefined ? {} : { metricsFile: resolve(base('metricsFile'), metricsFile) }),
    ...(executable === undefined
      ? {}
      : { browser: { ...config.browser, executable: resolve(base('browser.executable'), executable) } }),
  }
}

function findConfig(cwd: string): string | undefined {
  return NAMES.map((name) => join(cwd, name)).find(existsSync)
}

/** Folders that can be none, since a file stands there or on the way. */
function wrongFolders(config: RefbotConfig, origins: Readonly<Record<string, ConfigOrigin>>): ConfigProblem[] {
  const keys = [
    ['dataDir', 'DATA_DIR_UNUSABLE'],
    ['pluginsDir', 'CONFIG_INVALID'],
  ] as const
  return keys.flatMap(([path, code]) => {
    const file = fileOnTheWay(config[path])
    const where = origins[path]?.where
    if (file === undefined) return []
    return [{ path, code, message: `${file} is no directory`, ...(where === undefined ? {} : { where }) }]
  })
}

function fileOnTheWay(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const stat = statSync(at, { throwIfNoEntry: false })
    if (stat !== undefined) return stat.isDirectory() ? undefined : at
    if (at === dirname(at)) return undefined
  }
}
