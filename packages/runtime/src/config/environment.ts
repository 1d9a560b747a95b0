import { readJsonText } from './json-text.ts'
import { configKeys, type KeyNode } from './keys.ts'
import { nearest } from './nearest.ts'
import type { ConfigNotice, ConfigProblem, Path, Place } from './problem.ts'
import { isObject } from './tidy.ts'

const PREFIX = 'REFBOT_'

/** Variables of RefBot that are no keys of the configuration. */
const RESERVED = new Set(['REFBOT_TOKEN', 'REFBOT_URL', 'REFBOT_BROWSER', 'REFBOT_STORE_KEY_FILE', 'REFBOT_MARK'])
const RESERVED_PREFIX = 'REFBOT_SECRET_'

export interface EnvironmentLayer {
  /** As it would stand in a file. */
  readonly value: Readonly<Record<string, unknown>>
  readonly problems: readonly ConfigProblem[]
  /** Variables that look like a key and are none. */
  readonly notices: readonly ConfigNotice[]
  place(path: Path): Place
}

/** `REFBOT_API_PORT` for `api.port`, `REFBOT_DATA_DIR` for `dataDir`; undefined where the name means something else. */
export function variableOf(path: string): string | undefined {
  const words = path.replaceAll('.', '_').replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
  const name = `${PREFIX}${words.toUpperCase()}`
  return path === '' || path === '$schema' || RESERVED.has(name) ? undefined : name
}

/**
 * What the environment says of the configuration. Lists and groups are JSON; a variable of a single key wins over that of
 * its group; an empty variable says nothing. Others that begin with `REFBOT_` are noticed only: the environment is shared,
 * and some platforms put variables of their own there.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentLayer {
  const value: Record<string, unknown> = {}
  const problems: ConfigProblem[] = []
  const notices: ConfigNotice[] = []
  const variables = new Map<string, KeyNode>()
  const collect = (node: KeyNode): void => {
    const name = variableOf(node.path)
    if (name !== undefined) variables.set(name, node)
    for (const below of node.keys?.values() ?? []) collect(below)
  }
  collect(configKeys())

  const used = new Map<string, string>()
  for (const [name, node] of variables) {
    const text = env[name]
    if (text === undefined || text === '') continue
    const read = readValue(text, node)
    if ('wrong' in read) problems.push({ path: node.path, code: 'CONFIG_INVALID', where: name, message: read.wrong })
    else {
      place(value, node.path.split('.'), read.value)
      used.set(node.path, name)
    }
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith(PREFIX) || name.startsWith(RESERVED_PREFIX)) continue
    if (variables.has(name) || RESERVED.has(name)) continue
    const meant = nearest(
      name.slice(PREFIX.length),
      [...variables.keys()].map((known) => known.slice(PREFIX.length)),
    )
    const message = `this variable is no key of the configuration${meant === undefined ? '' : `; the nearest is ${PREFIX}${meant}`}`
    notices.push({ path: '', where: name, message })
  }
  return {
    value,
    problems,
    notices,
    place: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const name = used.get(path.slice(0, length).join('.'))
        if (name !== undefined) return { where: name }
      }
      return { where: 'environment' }
    },
  }
}

/** What is not of the key's type stays text, so that the schema tells what it expected. */
function readValue(text: string, { schema }: KeyNode): { readonly value: unknown } | { readonly wrong: string } {
  switch (schema.type) {
    case 'string':
      return { value: text }
    case 'boolean':
      if (text === 'true' || text === '1') return { value: true }
      return { value: text === 'false' || text === '0' ? false : text }
    case 'number':
    case 'integer':
      return { value: /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text }
    default: {
      const json = readJsonText(text)
      return 'error' in json ? { wrong: `expected JSON; ${json.error.message} (column ${json.error.column})` } : json
    }
  }
}

function place(target: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const below = target[key]
  // A group that was given as something else stays wrong, and is reported as such.
  if (below !== undefined && !isObject(below)) return
  const group = isObject(below) ? { ...below } : {}
  target[key] = group
  place(group, rest, value)
}
