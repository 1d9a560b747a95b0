import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '@refbot/plugin-sdk'
import type { Settings } from '../runs/index.ts'

/** The keys that lead to a value, from the outermost in. */
type Path = readonly string[]

/** Without the values that must not be shown. */
export function withoutHidden(settings: Settings, hidden: readonly Path[]): Settings {
  return record(visible(settings as JsonValue, hidden))
}

/** With the values that must not be shown put back where they were left out. */
export function withHidden(shown: Settings, written: Settings, hidden: readonly Path[]): Settings {
  return record(restored(shown as JsonValue, written as JsonValue, hidden))
}

/** Undefined where all of it is hidden. */
function visible(value: JsonValue | undefined, hidden: readonly Path[]): JsonValue | undefined {
  if (hidden.some(isEnd)) return undefined
  if (hidden.length === 0 || typeof value !== 'object' || value === null) return value
  const parts = Object.entries(value).map(([key, part]) => [key, visible(part, below(hidden, key))] as const)
  // Of a list each item keeps its place.
  if (Array.isArray(value)) return parts.map(([, part]) => part ?? null)
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined))
}

function restored(
  given: JsonValue | undefined,
  written: JsonValue | undefined,
  hidden: readonly Path[],
): JsonValue | undefined {
  if (hidden.some(isEnd)) return given ?? written
  if (hidden.length === 0 || typeof written !== 'object' || written === null) return given
  if (Array.isArray(written)) return Array.isArray(given) ? restoredList(given, written, hidden) : given
  const shown = visible(written, hidden)
  // What had something to be seen in it was taken out on purpose.
  const isGone = given === undefined && Object.keys(shown ?? {}).length > 0
  if (isGone || (given !== undefined && !isRecord(given))) return given
  const all = { ...given }
  const parts = hidden.map(
    ([key = '']) => [key, restored(own(all, key), own(written, key), below(hidden, key))] as const,
  )
  return Object.fromEntries([...Object.entries(all), ...parts.filter(([, part]) => part !== undefined)])
}

/** An item is known again by what is seen of it; one that was changed, by its place, where no other came or went. */
function restoredList(given: readonly JsonValue[], written: readonly JsonValue[], hidden: readonly Path[]): JsonValue {
  const left = new Set(written.keys())
  const take = (n: number | undefined) => (n !== undefined && left.delete(n) ? n : undefined)
  const same = given.map((item) =>
    take([...left].find((n) => isDeepStrictEqual(item, visible(written[n], below(hidden, String(n))) ?? null))),
  )
  return given.map((item, place) => {
    const n = same[place] ?? (given.length === written.length ? take(place) : undefined)
    return n === undefined ? item : (restored(item, written[n], below(hidden, String(n))) ?? null)
  })
}

function isEnd(path: Path): boolean {
  return path.length === 0
}

function below(hidden: readonly Path[], key: string): readonly Path[] {
  return hidden.filter(([first]) => first === key).map(([, ...rest]) => rest)
}

function own(value: object, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? (value as Record<string, JsonValue>)[key] : undefined
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function record(value: JsonValue | undefined): Settings {
  return value !== undefined && isRecord(value) ? value : {}
}
