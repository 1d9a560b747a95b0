import { configKeys, configLeaves, type KeyNode } from './keys.ts'
import { nearest } from './nearest.ts'
import { type ConfigNotice, type ConfigProblem, dotted, type Path } from './problem.ts'

export interface Tidied {
  /** Known keys alone, in their own spelling. */
  readonly value: Readonly<Record<string, unknown>>
  readonly problems: readonly Spot<ConfigProblem>[]
  readonly notices: readonly Spot<ConfigNotice>[]
  /** The path as it was written, for looking up its place: `data_dir` for `dataDir`. */
  written(path: Path): Path
}

/** What was found, with the path as it was written. */
export type Spot<Finding> = Finding & { readonly written: Path }

/**
 * Takes what is known from what somebody wrote: `snake_case` is read as `camelCase`, with a notice; every unknown key is a
 * problem that names the nearest known one. Values are not looked at.
 */
export function tidy(input: unknown): Tidied {
  const problems: Spot<ConfigProblem>[] = []
  const notices: Spot<ConfigNotice>[] = []
  const spelling = new Map<string, string>()

  // Where the walk is, in both spellings. Copied only for what is found: there may be 10,000 entries without a mistake.
  const path: PropertyKey[] = []
  const written: PropertyKey[] = []
  const below = (value: unknown, node: KeyNode, key: PropertyKey, as: PropertyKey): unknown => {
    path.push(key)
    written.push(as)
    const tidied = walk(value, node)
    path.pop()
    written.pop()
    return tidied
  }
  const wrong = (key: string, problem: Pick<ConfigProblem, 'code' | 'message'>): void => {
    problems.push({ path: dotted([...path, key]), written: [...written, key], ...problem })
  }
  const walk = (value: unknown, node: KeyNode): unknown => {
    const { keys, item } = node
    if (item !== undefined && Array.isArray(value)) return value.map((one, index) => below(one, item, index, index))
    if (keys === undefined) return value
    if (!isObject(value)) {
      // In a list the schema says so; a group would be lost when it is merged with others.
      if (node.path === '' && path.length > 0) return value
      const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value
      const message = `expected an object, found ${found}`
      problems.push({ path: dotted(path), written: [...written], code: 'CONFIG_INVALID', message })
      return undefined
    }
    const result: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      if (value[key] === undefined) continue
      const known = keys.has(key) ? key : fromSnake(key)
      const next = keys.get(known)
      if (next === undefined) wrong(key, unknownKey(key, node, path))
      else if (known !== key && value[known] !== undefined) {
        wrong(key, { code: 'CONFIG_INVALID', message: `${known} stands here as well` })
      } else {
        if (known !== key) {
          const at = dotted([...path, known])
          spelling.set(at, key)
          notices.push({ path: at, written: [...written, key], message: `${key} is read as ${known}` })
        }
        const tidied = below(value[key], next, known, key)
        if (tidied !== undefined) result[known] = tidied
      }
    }
    return result
  }

  const value = walk(input, configKeys())
  return {
    value: isObject(value) ? value : {},
    problems,
    notices,
    written: (at) =>
      spelling.size === 0 ? at : at.map((key, index) => spelling.get(dotted(at.slice(0, index + 1))) ?? key),
  }
}

function unknownKey(key: string, group: KeyNode, path: Path): Pick<ConfigProblem, 'code' | 'message'> {
  const code = 'CONFIG_KEY_UNKNOWN'
  const known = [...(group.keys?.keys() ?? [])]
  const camel = fromSnake(key)
  const meant = nearest(camel, known)
  if (meant !== undefined) return { code, message: `unknown key, the nearest is ${dotted([...path, meant])}` }
  const elsewhere = configLeaves().find((leaf) => leaf.path.split('.').at(-1) === camel)
  if (elsewhere !== undefined) return { code, message: `unknown key, the nearest is ${elsewhere.path}` }
  return { code, message: `unknown key; known here: ${known.filter((name) => name !== '$schema').join(', ')}` }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fromSnake(key: string): string {
  return key.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
