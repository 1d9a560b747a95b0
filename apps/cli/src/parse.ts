import type { ArgDef, ArgsDef } from 'citty'
import type { Branch, Leaf } from './command.ts'
import { usageError } from './errors.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { nearest } from './nearest.ts'

/** Where a command line leads, before the command's own flags are looked at. */
export interface Route {
  readonly path: readonly string[]
  readonly node: Leaf | Branch
  readonly globals: ReadonlyMap<string, string | boolean>
  /** What is left for the command. */
  readonly rest: readonly string[]
}

/**
 * Finds the command, and takes the global flags out wherever they stand.
 * @throws CliError `CLI_UNKNOWN_COMMAND`, `CLI_FLAG_VALUE_MISSING`, `CLI_FLAG_INVALID`
 */
export function route(argv: readonly string[], root: Branch): Route {
  const path: string[] = []
  const globals = new Map<string, string | boolean>()
  const rest: string[] = []
  let node: Leaf | Branch = root
  for (let n = 0; n < argv.length; n += 1) {
    const token = argv[n] ?? ''
    if (token === '--') {
      rest.push(...argv.slice(n))
      break
    }
    const flag = parseFlag(token, GLOBAL_FLAGS)
    if (flag !== undefined) {
      const { value, used } = flagValue(flag, argv[n + 1])
      globals.set(flag.name, value)
      n += used
    } else if (token.startsWith('-') || !('children' in node)) rest.push(token)
    else if (path.length === 0 && isOther(node, token)) {
      node = node.other
      rest.push(token)
    } else {
      node = child(node, token, path)
      path.push(token)
    }
  }
  return { path, node, globals, rest }
}

/** A word that is no command, and no misspelt one either. */
function isOther(branch: Branch, name: string): branch is Branch & { readonly other: Leaf } {
  const known = Object.keys(branch.children)
  return branch.other !== undefined && !known.includes(name) && nearest(name, known) === undefined
}

function child(branch: Branch, name: string, path: readonly string[]): Leaf | Branch {
  const found = Object.hasOwn(branch.children, name) ? branch.children[name] : undefined
  if (found !== undefined) return found
  const known = Object.keys(branch.children)
  const meant = nearest(name, known)
  const line = ['refbot', ...path].join(' ')
  throw usageError(
    'CLI_UNKNOWN_COMMAND',
    `There is no command "${[...path, name].join(' ')}".`,
    meant === undefined
      ? `Commands: ${known.map((each) => `${line} ${each}`).join(', ')}.`
      : `Did you mean: ${line} ${meant}?`,
  )
}

/**
 * Checks a command's own arguments, and writes them in the one way that leaves the parser no choice.
 * @throws CliError `CLI_UNKNOWN_FLAG`, `CLI_FLAG_VALUE_MISSING`, `CLI_FLAG_INVALID`, `CLI_ARGUMENT_MISSING`, `CLI_ARGUMENT_UNEXPECTED`
 */
export function checkArguments(rest: readonly string[], args: ArgsDef): string[] {
  const flags: string[] = []
  const positionals: string[] = []
  for (let n = 0; n < rest.length; n += 1) {
    const token = rest[n] ?? ''
    if (token === '--') {
      positionals.push(...rest.slice(n + 1))
      break
    }
    if (!token.startsWith('-') || token === '-') {
      positionals.push(token)
      continue
    }
    const flag = parseFlag(token, args)
    if (flag === undefined) throw unknownFlag(token, args)
    const { value, used } = flagValue(flag, rest[n + 1])
    flags.push(`--${flag.name}=${value}`)
    n += used
  }
  const wanted = Object.entries(args).filter(([, { type }]) => type === 'positional')
  const missing = wanted[positionals.length]
  if (missing !== undefined && missing[1].required !== false) {
    throw usageError(
      'CLI_ARGUMENT_MISSING',
      `The argument <${missing[0]}> is missing.`,
      `${missing[1].description ?? ''} See --help.`,
    )
  }
  if (positionals.length > wanted.length && !takesMore(wanted.at(-1)?.[1])) {
    throw usageError(
      'CLI_ARGUMENT_UNEXPECTED',
      `"${positionals[wanted.length]}" is one argument too many.`,
      'See --help for what the command takes.',
    )
  }
  return [...flags, '--', ...positionals]
}

/** Of the last argument: it may stand there more than once. The command reads all of them from `_`. */
export function takesMore(definition: ArgDef | undefined): boolean {
  return definition !== undefined && 'more' in definition && definition.more === true
}

interface Flag {
  readonly name: string
  readonly definition: ArgDef
  /** What follows `=`. */
  readonly inline: string | undefined
  /** Written as `--no-name`. */
  readonly negated: boolean
}

/** The flag that a token is; undefined where it is none of these. */
function parseFlag(token: string, args: ArgsDef): Flag | undefined {
  const [, dashes = '', written = '', , inline] = /^(--?)([^=]+)(=([\s\S]*))?$/.exec(token) ?? []
  if (dashes === '-') {
    const short = Object.entries(args).find(([, definition]) => 'alias' in definition && definition.alias === written)
    return short === undefined ? undefined : { name: short[0], definition: short[1], inline, negated: false }
  }
  const negated = written.startsWith('no-') && args[written.slice(3)]?.type === 'boolean'
  const name = negated ? written.slice(3) : written
  const definition = Object.hasOwn(args, name) ? args[name] : undefined
  if (dashes === '' || definition === undefined || definition.type === 'positional') return undefined
  return { name, definition, inline, negated }
}

/** The value, and how many further tokens it took. */
function flagValue(
  { name, definition, inline, negated }: Flag,
  next: string | undefined,
): { value: string | boolean; used: number } {
  if (definition.type === 'boolean') {
    if (inline === undefined) return { value: !negated, used: 0 }
    if (!negated && (inline === 'true' || inline === 'false')) return { value: inline === 'true', used: 0 }
    throw usageError('CLI_FLAG_INVALID', `--${negated ? 'no-' : ''}${name} takes no value.`, `Write --${name} alone.`)
  }
  const value = inline ?? next
  const options = definition.type === 'enum' ? (definition.options ?? []) : []
  const choice = options.length === 0 ? 'a value' : `one of ${options.join(', ')}`
  if (value === undefined || (inline === undefined && value.startsWith('--')) || value === '') {
    throw usageError(
      'CLI_FLAG_VALUE_MISSING',
      `--${name} needs ${choice}.`,
      `Write --${name} ${options[0] ?? '<value>'}.`,
    )
  }
  if (options.length > 0 && !options.includes(value)) {
    throw usageError('CLI_FLAG_INVALID', `--${name} cannot be "${value}".`, `Give ${choice}.`)
  }
  return { value, used: inline === undefined ? 1 : 0 }
}

function unknownFlag(token: string, args: ArgsDef): Error {
  const written = token.replace(/=[\s\S]*$/, '')
  const known = [...Object.entries(args), ...Object.entries(GLOBAL_FLAGS)].flatMap(([name, { type }]) =>
    type === 'positional' ? [] : [`--${name}`],
  )
  const meant = nearest(written, [...known, '--no-color'])
  return usageError(
    'CLI_UNKNOWN_FLAG',
    `There is no flag ${written} here.`,
    meant === undefined ? `Flags: ${[...new Set(known)].join(', ')}.` : `Did you mean: ${meant}?`,
  )
}

/** @throws CliError `CLI_FLAG_INVALID` */
export function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value
  throw usageError(
    'CLI_FLAG_INVALID',
    `--${name} cannot be "${text}".`,
    `Give a whole number from ${minimum} to ${maximum}.`,
  )
}
