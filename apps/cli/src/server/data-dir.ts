import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError } from '../errors.ts'

export interface DataDirRequest {
  readonly cwd: string
  readonly config: string | undefined
  readonly dataDir: string | undefined
}

const NAMES = ['refbot.config.ts', 'refbot.config.mts', 'refbot.config.js', 'refbot.config.json']

/**
 * The data directory as the server finds it, without loading the runtime: what the command line says, else what the
 * configuration says, else `.refbot` beside it.
 * @throws CliError `CONFIG_MISSING`, `CONFIG_UNREADABLE`
 */
export async function findDataDir({ cwd, config, dataDir }: DataDirRequest): Promise<string> {
  if (dataDir !== undefined) return resolve(cwd, dataDir)
  const file = config === undefined ? NAMES.map((name) => join(cwd, name)).find(existsSync) : resolve(cwd, config)
  if (file === undefined) return join(cwd, '.refbot')
  if (!existsSync(file)) {
    throw new CliError('CONFIG_MISSING', `There is no configuration file ${file}.`, 'Check the path after --config.')
  }
  return resolve(dirname(file), (await readDataDir(file)) ?? '.refbot')
}

async function readDataDir(file: string): Promise<string | undefined> {
  try {
    const content: unknown = file.endsWith('.json')
      ? JSON.parse(readFileSync(file, 'utf8'))
      : ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
    const dataDir = (content as { dataDir?: unknown } | null | undefined)?.dataDir
    return typeof dataDir === 'string' ? dataDir : undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const hint = file.endsWith('.json')
      ? 'Correct the JSON at that place.'
      : 'It must export its configuration as the default.'
    throw new CliError('CONFIG_UNREADABLE', `The configuration ${file} cannot be read: ${text}`, hint, { cause: error })
  }
}
