import { builtinModules } from 'node:module'
import { basename, resolve } from 'node:path'
import { idOfPackage, PACKAGE_KEYWORD } from '@refbot/plugin-sdk/host'
import { CreatePluginError } from './errors.ts'

export interface PluginNames {
  /** Of the npm package. */
  readonly name: string
  /** What RefBot calls it. */
  readonly id: string
}

const PART = /^[a-z0-9][a-z0-9._-]*$/
const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const LONGEST = 214
const TAKEN: readonly string[] = ['node_modules', 'favicon.ico', ...builtinModules]

/**
 * The names of a plugin: of its npm package, and the id that RefBot derives from it.
 * @throws CreatePluginError `CREATE_NAME_INVALID`
 */
export function pluginNames(name: string): PluginNames {
  const why = whyNotOfPackage(name)
  if (why !== undefined) throw invalid(`"${name}" is no name of an npm package: ${why}.`)
  const id = idOfPackage(name)
  if (!ID.test(id)) {
    throw invalid(`"${name}" would be called "${id}" in RefBot, and ids are lower-case words with dashes.`)
  }
  return { name, id }
}

function whyNotOfPackage(name: string): string | undefined {
  if (name.length > LONGEST) return `it has ${name.length} characters, and ${LONGEST} are the most`
  const [, scope, rest = name] = /^@([^/]*)\/(.*)$/.exec(name) ?? []
  if ([...(scope === undefined ? [] : [scope]), rest].some((part) => !PART.test(part))) {
    return 'it may have lower-case letters, digits, dots, dashes and underscores, and begins with a letter or digit'
  }
  return scope === undefined && TAKEN.includes(name) ? 'that name is taken by npm or Node' : undefined
}

/** What `npm create @refbot/plugin <target>` means: `shop`, `work/shop`, `refbot-plugin-shop` or `@acme/shop`. */
export function readTarget(cwd: string, target: string): { readonly folder: string; readonly name: string } {
  const scoped = /^@[^/\\]+\/([^/\\]+)$/.exec(target)
  if (scoped !== null) return { folder: resolve(cwd, scoped[1] ?? ''), name: target }
  const folder = resolve(cwd, target)
  const own = basename(folder)
  return { folder, name: own.startsWith(`${PACKAGE_KEYWORD}-`) ? own : `${PACKAGE_KEYWORD}-${own}` }
}

function invalid(message: string): CreatePluginError {
  return new CreatePluginError(
    'CREATE_NAME_INVALID',
    message,
    'Choose a name such as shop, refbot-plugin-shop or @acme/refbot-plugin-shop.',
    { exitCode: 2 },
  )
}
