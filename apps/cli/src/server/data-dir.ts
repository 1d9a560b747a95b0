import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError } from '../errors.ts'

export interface DataDirRequest {
  readonly cwd: string
  readonly config: string | undefined
  readonly dataDir: string | undefined
  readonly env: NodeJS.ProcessEnv
}

/** Where a configuration is looked for, in this order. */
export const CONFIG_NAMES = ['refbot.config.ts', 'refbot.config.mts', 'refbot.config.js', 'refbot.config.json'] as const

/**
 * The data directory as the server finds it, without loading the runtime: what the command line says, else the
 * environment, else the configuration, else `.refbot` beside it.
 * @throws CliError `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `CONFIG_INVALID`
 */
export async function findDataDir({ cwd, config, dataDir, env }: DataDirRequest): Promise<string> {
  const said = dataDir ?? env.REFBOT_DATA_DIR
  if (said !== undefined && said !== '') return resolve(cwd, said)
  const file = config === undefined ? findConfig(cwd) : resolve(cwd, config)
  if (file === undefined) return join(cwd, '.refbot')
  if (!existsSync(file)) {
    throw new CliError('CONFIG_MISSING', `There is no configuration file ${file}.`, 'Check the path after --config.')
  }
  return resolve(dirname(file), dataDirIn(file, await contentOf(file)))
}

/** The configuration of a folder; undefined where it has none. */
export function findConfig(folder: string): string | undefined {
  return CONFIG_NAMES.map((name) => join(folder, name)).find(existsSync)
}

function dataDirIn(file: string, content: unknown): string {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw invalid(file)
  const { dataDir, data_dir: snake } = content as Readonly<Record<string, unknown>>
  if (dataDir !== undefined && snake !== undefined) throw invalid(file)
  const said = dataDir ?? snake
  if (said === undefined) return '.refbot'
  if (typeof said !== 'string' || said === '') throw invalid(file)
  return said
}

async function contentOf(file: string): Promise<unknown> {
  const isJson = file.endsWith('.json')
  try {
    if (isJson) return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
    const { default: content } = (await import(pathToFileURL(file).href)) as { default?: unknown }
    if (content !== undefined) return content
  } catch (error) {
    throw unreadable(file, reason(error), error)
  }
  throw unreadable(file, 'it has no default export', undefined)
}

/** What Node says of broken JSON repeats the text, and with it perhaps a password. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof SyntaxError && error.message.includes('JSON') ? 'it is no JSON' : error.message
}

function unreadable(file: string, text: string, cause: unknown): CliError {
  return new CliError('CONFIG_UNREADABLE', `The configuration ${file} cannot be read: ${text}.`, NEXT, { cause })
}

function invalid(file: string): CliError {
  return new CliError('CONFIG_INVALID', `The configuration ${file} does not say where the data directory is.`, NEXT)
}

const NEXT = 'See what is wrong and where: refbot config validate.'
