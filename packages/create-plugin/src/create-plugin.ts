import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CreatePluginError } from './errors.ts'
import { pluginNames } from './names.ts'
import { filesOf, TEMPLATES, type TemplateName } from './templates.ts'

export interface CreatePluginOptions {
  /** Where to; made where it is missing. */
  readonly folder: string
  /** Of the npm package, which also tells what RefBot calls it. */
  readonly name: string
  /** Default `minimal`. */
  readonly template?: TemplateName
  /** Replace the files of the same names in a folder that holds something; others are kept. */
  readonly overwrite?: boolean
  /** In the licence; default: this one. */
  readonly year?: number
}

export interface CreatedPlugin {
  /** Absolute. */
  readonly folder: string
  readonly name: string
  /** What RefBot calls it. */
  readonly id: string
  readonly template: TemplateName
  /** What was written, with slashes, in order. */
  readonly files: readonly string[]
}

/**
 * Writes a plugin whose own tests pass. Nothing is written where something is wrong with what was asked for.
 * @throws CreatePluginError `CREATE_NAME_INVALID`, `CREATE_TEMPLATE_UNKNOWN`, `CREATE_FOLDER_NOT_EMPTY`, `CREATE_FOLDER_UNWRITABLE`
 */
export function createPlugin(options: CreatePluginOptions): CreatedPlugin {
  const { template = 'minimal', overwrite = false, year = new Date().getFullYear() } = options
  const names = pluginNames(options.name)
  if (!Object.hasOwn(TEMPLATES, template)) {
    throw new CreatePluginError(
      'CREATE_TEMPLATE_UNKNOWN',
      `There is no template "${template}".`,
      `Templates: ${Object.keys(TEMPLATES).join(', ')}.`,
      { exitCode: 2 },
    )
  }
  const folder = resolve(options.folder)
  if (!overwrite && !isFree(folder)) {
    throw new CreatePluginError(
      'CREATE_FOLDER_NOT_EMPTY',
      `${folder} is there already, and not empty.`,
      'Name another folder, or replace the files of the template in it with --overwrite.',
    )
  }
  const files = [...filesOf(template, names, year)].sort(([a], [b]) => (a < b ? -1 : 1))
  try {
    for (const [name, content] of files) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      // Never through a link, and never over a file that came to be there meanwhile.
      if (overwrite) rmSync(path, { force: true })
      writeFileSync(path, content, { flag: 'wx' })
    }
  } catch (error) {
    throw new CreatePluginError(
      'CREATE_FOLDER_UNWRITABLE',
      `${folder} could not be written: ${(error as Error).message}.`,
      'Name a folder that this user may write to.',
      { cause: error },
    )
  }
  return { folder, ...names, template, files: files.map(([name]) => name) }
}

/** A repository that was just made, or cloned empty, counts as empty. */
export function isFree(folder: string): boolean {
  if (!existsSync(folder)) return true
  return statSync(folder).isDirectory() && readdirSync(folder).every((name) => name === '.git')
}
