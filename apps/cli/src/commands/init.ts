import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { command } from '../command.ts'
import { CliError, usageError } from '../errors.ts'
import { findConfig } from '../server/data-dir.ts'

const CONFIG = 'refbot.config.json'
const DATA_DIR = '.refbot'

export const init = command({
  args: { folder: { type: 'positional', required: false, description: 'Where to; default: here.' } },
  async run(session, args) {
    const { cwd, flags } = session
    if (flags.config !== undefined) {
      throw usageError('CLI_FLAG_CONFLICT', `init writes ${CONFIG}.`, 'Leave out --config; name the folder instead.')
    }
    const folder = resolve(cwd, args.folder ?? '.')
    const present = findConfig(folder)
    if (present !== undefined) throw alreadyThere(present)
    const dataDir = flags.dataDir === undefined ? DATA_DIR : within(folder, resolve(cwd, flags.dataDir))
    const schema = schemaFrom(folder)
    const created = create(folder, {
      ...(schema === undefined ? {} : { $schema: schema }),
      dataDir,
      pluginsDir: 'plugins',
      proxies: [],
    })
    const steps = nextSteps({ cwd, folder, dataDir, schema })
    session.print({ ...created, steps }, () =>
      [
        `Wrote ${created.config}`,
        `Plugins go into ${created.pluginsDir}`,
        '',
        'Next:',
        ...steps.map((step, n) => `  ${n + 1}. ${step}`),
      ].join('\n'),
    )
  },
})

/** All of it, or nothing. */
function create(folder: string, config: object): { readonly config: string; readonly pluginsDir: string } {
  const file = join(folder, CONFIG)
  const pluginsDir = join(folder, 'plugins')
  let first: string | undefined
  try {
    first = mkdirSync(pluginsDir, { recursive: true })
    // Fails where a file has come to be there meanwhile.
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' })
    return { config: file, pluginsDir }
  } catch (error) {
    if (first !== undefined) removeEmpty(pluginsDir, first)
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && existsSync(file)) throw alreadyThere(file)
    throw new CliError(
      'CLI_FILE_UNWRITABLE',
      `${folder} could not be prepared: ${message}.`,
      'Name a folder that this user may write to, with no file called plugins in it.',
      { cause: error },
    )
  }
}

/** Takes back the folders that were made, from the innermost up to the first. */
function removeEmpty(from: string, upTo: string): void {
  try {
    for (let at = from; at.length >= upTo.length; at = dirname(at)) rmdirSync(at)
  } catch {
    // Somebody has put something into it.
  }
}

function alreadyThere(file: string): CliError {
  return new CliError(
    'INIT_EXISTS',
    `There is a configuration already: ${file}.`,
    'Edit it, or name another folder: refbot init <folder>.',
  )
}

/** The schema as it is installed with the program, from the folder; undefined where an editor could not reach it. */
function schemaFrom(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'node_modules/@refbot/runtime/config-schema.json')
    if (existsSync(file)) return within(folder, file)
    if (at === dirname(at)) return undefined
  }
}

/** As a configuration in the folder would write it: with slashes, relative where it can be. */
function within(folder: string, path: string): string {
  const written = relative(folder, path).replaceAll('\\', '/')
  if (written === '' || isAbsolute(written)) return path
  return written.startsWith('.') ? written : `./${written}`
}

interface Prepared {
  readonly cwd: string
  readonly folder: string
  readonly dataDir: string
  readonly schema: string | undefined
}

function nextSteps({ cwd, folder, dataDir, schema }: Prepared): string[] {
  const isRepository = !isAbsolute(dataDir) && !dataDir.startsWith('..') && existsSync(join(folder, '.git'))
  return [
    ...(folder === cwd
      ? []
      : [
          `cd ${/^[\w./-]+$/.test(relative(cwd, folder)) ? relative(cwd, folder) : JSON.stringify(relative(cwd, folder))}`,
        ]),
    'Put a plugin into plugins/, a folder of its own with a plugin_config.json and its code.',
    ...(isRepository ? [`Add ${dataDir.replace(/^\.\//, '')}/ to .gitignore: it will hold tokens.`] : []),
    ...(schema === undefined
      ? ['For an editor that helps: refbot config schema > refbot.schema.json, and "$schema": "./refbot.schema.json".']
      : []),
    'Check the configuration: refbot config validate',
    'Start: refbot start',
  ]
}
