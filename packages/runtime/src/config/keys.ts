import { configJsonSchema, type JsonSchema } from './json-schema.ts'

/** A place in a configuration. */
export interface KeyNode {
  /** Dotted; empty for the whole. */
  readonly path: string
  readonly schema: JsonSchema
  /** Of a group: what may stand in it. */
  readonly keys?: ReadonlyMap<string, KeyNode>
  /** Of a list of groups: what may stand in each. */
  readonly item?: KeyNode
}

let root: KeyNode | undefined

/** All keys, made from the schema at the first call. */
export function configKeys(): KeyNode {
  root ??= nodeOf(configJsonSchema(), '')
  return root
}

/** The keys that hold a value, lists as a whole: what has an origin, a variable, and a line in the documentation. */
export function configLeaves(node: KeyNode = configKeys()): KeyNode[] {
  if (node.keys === undefined) return [node]
  return [...node.keys.values()].filter(({ path }) => path !== '$schema').flatMap((below) => configLeaves(below))
}

function nodeOf(schema: JsonSchema, path: string): KeyNode {
  if (schema.properties !== undefined) {
    const keys = Object.entries(schema.properties).map(
      ([key, below]) => [key, nodeOf(below, path === '' ? key : `${path}.${key}`)] as const,
    )
    return { path, schema, keys: new Map(keys) }
  }
  if (schema.items?.properties !== undefined) return { path, schema, item: nodeOf(schema.items, '') }
  return { path, schema }
}
