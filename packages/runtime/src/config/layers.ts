import type { ConfigNotice, ConfigProblem, Path, Place } from './problem.ts'
import { isObject, type Tidied, tidy } from './tidy.ts'

export type ConfigSource = 'flag' | 'environment' | 'file' | 'default'

/** One place that configuration comes from. */
export interface Layer {
  readonly source: Exclude<ConfigSource, 'default'>
  readonly value: unknown
  /** Of a path as it was written there. */
  place(path: Path): Place | undefined
}

/** Layers, one over the other. */
export interface Stack {
  /** What they say together. */
  readonly value: Readonly<Record<string, unknown>>
  readonly problems: readonly ConfigProblem[]
  readonly notices: readonly ConfigNotice[]
  /** Who said what stands at a path; undefined where nobody did. */
  sourceOf(path: Path): { readonly source: Layer['source']; readonly place: Place | undefined } | undefined
}

/** Puts layers over each other, the first on top. Groups are merged key by key, everything else is taken as a whole. */
export function stack(layers: readonly Layer[]): Stack {
  const tidied = layers.map((layer) => ({ layer, ...tidy(layer.value) }))
  return {
    value: tidied.reduceRight<Readonly<Record<string, unknown>>>((below, { value }) => merge(below, value), {}),
    problems: tidied.flatMap(({ layer, problems }) => problems.map((problem) => located(problem, layer))),
    notices: tidied.flatMap(({ layer, notices }) => notices.map((notice) => located(notice, layer))),
    sourceOf: (path) => {
      const top = tidied.find(({ value }) => has(value, path))
      return top === undefined ? undefined : { source: top.layer.source, place: placeOf(top, path) }
    },
  }
}

function placeOf({ layer, written }: { readonly layer: Layer; readonly written: Tidied['written'] }, path: Path) {
  return layer.place(written(path))
}

function located<Finding extends { readonly written: Path }>(
  { written, ...finding }: Finding,
  layer: Layer,
): Omit<Finding, 'written'> & Partial<Place> {
  return { ...finding, ...layer.place(written) }
}

function merge(
  below: Readonly<Record<string, unknown>>,
  above: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const other = result[key]
    result[key] = isObject(value) && isObject(other) ? merge(other, value) : value
  }
  return result
}

function has(value: unknown, path: Path): boolean {
  let at: unknown = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at !== undefined
}
