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
  /** Of an entry that is of one of several kinds: those; its own keys are those of all of them together. */
  readonly kinds?: readonly KeyNode[]
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
  const kinds = schema.items?.oneOf?.map((kind) => nodeOf(kind, ''))
  if (kinds !== undefined) {
    const keys = new Map(kinds.flatMap((kind) => [...(kind.keys ?? [])]))
    return { path, schema, item: { path: '', schema: schema.items ?? {}, keys, kinds } }
  }
  if (schema.items?.properties !== undefined) return { path, schema, item: nodeOf(schema.items, '') }
  return { path, schema }
}
