import type { ArgDef, ArgsDef } from 'citty'
import { usageError } from './errors.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { checkArguments } from './parse.ts'

/** A JSON Schema, as far as flags are made of it. */
export interface Schema {
  readonly type?: unknown
  readonly enum?: unknown
  readonly default?: unknown
  readonly title?: unknown
  readonly description?: unknown
  readonly writeOnly?: unknown
  readonly properties?: unknown
  readonly required?: unknown
}

interface SchemaFlag {
  readonly path: readonly string[]
  readonly schema: Schema
  readonly definition: ArgDef
}

export interface SchemaArguments {
  readonly positionals: readonly string[]
  /** What the flags of the schema said, by its keys. */
  readonly values: Readonly<Record<string, unknown>>
  /** What the command's own flags said. */
  readonly own: ReadonlyMap<string, string>
}

/**
 * The flags that a schema stands for: `--delay-ms` for `delayMs`, `--success.text` for what is inside an object; lists
 * and what has no simple type are written as JSON. One that every command has already is written `--set.url`. What must
 * not be shown has no flag: it would be in the shell's history.
 */
export function schemaFlags(schema: Schema): ReadonlyMap<string, SchemaFlag> {
  return new Map(flagsOf(schema, []).map((flag) => [flagName(flag.path), flag]))
}

function flagName(path: readonly string[]): string {
  const name = path.map(kebab).join('.')
  return Object.hasOwn(GLOBAL_FLAGS, name) ? `set.${name}` : name
}

/**
 * The flags of a schema that may be written as plain words, in this order: what it cannot do without.
 * `inspect https://a.example/` says the same as `inspect --set.url https://a.example/`.
 */
export function schemaWords(schema: Schema): readonly string[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  return [...schemaFlags(schema)].flatMap(([name, { path }]) =>
    path.length === 1 && required.includes(path[0]) ? [name] : [],
  )
}

/**
 * Reads a command line with the flags of a schema beside a command's own; `words` are those of its flags that plain
 * words may stand for.
 * @throws CliError as `checkArguments`, and `CLI_FLAG_INVALID` for a value that is no number or JSON
 */
export function readArguments(
  rest: readonly string[],
  own: ArgsDef,
  schema: Schema,
  words: readonly string[] = [],
): SchemaArguments {
  const flags = schemaFlags(schema)
  const args: ArgsDef = {
    ...Object.fromEntries([...flags].map(([name, { definition }]) => [name, definition])),
    ...own,
    ...Object.fromEntries(words.map((name) => [`<${name}>`, { type: 'positional', required: false }] as const)),
  }
  const checked = checkArguments(rest, args)
  const end = checked.indexOf('--')
  const values: Record<string, unknown> = {}
  const ownValues = new Map<string, string>()
  for (const token of checked.slice(0, end)) {
    const [, name = '', text = ''] = /^--([^=]+)=([\s\S]*)$/.exec(token) ?? []
    const flag = Object.hasOwn(own, name) ? undefined : flags.get(name)
    if (flag === undefined) ownValues.set(name, text)
    else put(values, flag.path, parsedValue(name, text, flag.schema))
  }
  const given = checked.slice(end + 1)
  const ownWords = Object.values(own).filter(({ type }) => type === 'positional').length
  // A word stands for the first flag that was not written out.
  const open = words.filter((name) => !Object.hasOwn(values, flags.get(name)?.path[0] ?? ''))
  for (const [n, word] of given.slice(ownWords).entries()) {
    const name = open[n]
    const flag = name === undefined ? undefined : flags.get(name)
    if (name === undefined || flag === undefined)
      throw usageError('CLI_ARGUMENT_UNEXPECTED', `"${word}" is one argument too many.`, 'It was given as a flag too.')
    put(values, flag.path, parsedValue(name, word, flag.schema))
  }
  return { positionals: given.slice(0, ownWords), values, own: ownValues }
}

function flagsOf(schema: Schema, path: readonly string[]): SchemaFlag[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([key, part]) => {
    // A plugin may write any key into its schema; this one would reach beyond its own settings.
    if (!isObject(part) || part.writeOnly === true || key === '__proto__') return []
    const at = [...path, key]
    if (isObject(part.properties)) return flagsOf(part, at)
    return [{ path: at, schema: part, definition: definitionOf(part) }]
  })
}

function definitionOf({ type, enum: choices, description, title, default: fallback }: Schema): ArgDef {
  const words = [description, title].find((text): text is string => typeof text === 'string') ?? ''
  const shown =
    fallback === undefined ? words : `${words}${words === '' ? '' : ' '}Default ${JSON.stringify(fallback)}.`
  if (type === 'boolean') return { type: 'boolean', description: shown }
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string')) {
    return { type: 'enum', options: choices, description: shown }
  }
  return { type: 'string', description: shown, valueHint: typeof type === 'string' ? type : 'json' }
}

function parsedValue(name: string, text: string, { type, enum: choices }: Schema): unknown {
  if (type === 'string' || Array.isArray(choices)) return text
  if (type === 'boolean') return text === 'true'
  if (type === 'number' || type === 'integer') {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value) && (type === 'number' || Number.isInteger(value))) return value
    throw usageError(
      'CLI_FLAG_INVALID',
      `--${name} cannot be "${text}".`,
      type === 'number' ? 'Give a number.' : 'Give a whole number.',
    )
  }
  try {
    return JSON.parse(text)
  } catch {
    // A list of words need not be written as JSON.
    if (type === 'array') return text.split(',').map((item) => item.trim())
    if (type === undefined) return text
    throw usageError('CLI_FLAG_INVALID', `--${name} cannot be "${text}".`, 'Give JSON.')
  }
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const keys = path.slice(0, -1)
  let at = root
  for (const key of keys) {
    at[key] ??= {}
    at = at[key] as Record<string, unknown>
  }
  at[path.at(-1) ?? ''] = value
}

function kebab(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}

function isObject(value: unknown): value is Schema & Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
