import type { JsonValue } from '@refbot/plugin-sdk'
import type { LogLevel } from '../config/index.ts'

/** One line of a log: of the service's own, or of a run's. */
export interface LogEntry {
  /** Increasing over all logs of a data directory: behind which line a reader goes on. */
  readonly id: number
  /** ISO 8601, UTC. */
  readonly time: string
  readonly level: LogLevel
  readonly message: string
  /** The run that the line is about. */
  readonly runId?: string
  readonly plugin?: string
  /** In a run's log: which attempt said it. */
  readonly attempt?: number
  /** The execution that the line is about; of a run it is the run's id. */
  readonly executionId?: string
  /** What else there is to know. */
  readonly fields?: Readonly<Record<string, JsonValue>>
  readonly error?: LogError
}

export interface LogError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly hint?: string
  readonly stack?: string
}

/** Every key of a line with what it holds, in the order in which they stand. */
export const LINE_KEYS: Readonly<Record<keyof LogEntry, string>> = {
  id: 'Number of the line, increasing over all logs of the data directory; the cursor of a reader.',
  time: 'When it was said: ISO 8601, UTC.',
  level: '`trace`, `debug`, `info`, `warn`, `error` or `fatal`.',
  message: 'One sentence or a few words; the same for the same kind of line.',
  runId: 'The run that the line is about.',
  plugin: 'The plugin that the line is about.',
  executionId: "The execution that the line is about; a run's is its own id.",
  attempt: "In a run's log: the attempt that said it, from 1 on.",
  fields: 'What else there is to know, by name.',
  error: 'What went wrong: `name`, `message`, and perhaps `code`, `hint` and `stack`.',
}

const KEYS: ReadonlySet<string> = new Set(Object.keys(LINE_KEYS))

/** Keeps the keys of a line, puts whatever else was said under `fields`, and cleans what others may have written. */
export function shaped(
  { id, time }: Pick<LogEntry, 'id' | 'time'>,
  said: Readonly<Record<string, JsonValue>>,
  clean: (value: JsonValue) => JsonValue,
): LogEntry {
  const { level, message, runId, plugin, attempt, executionId, fields, error } = said
  const others = Object.entries(said).filter(([key]) => !KEYS.has(key))
  const all = { ...(isRecord(fields) ? fields : {}), ...Object.fromEntries(others) }
  const cleaned = Object.entries({ message, runId, plugin, executionId }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, clean(value)]],
  )
  return {
    id,
    time: said.time ?? time,
    level,
    ...Object.fromEntries(cleaned),
    ...(attempt === undefined ? {} : { attempt }),
    ...(Object.keys(all).length === 0 ? {} : { fields: clean(all) }),
    ...(isRecord(error) ? { error: eachOf(error, clean) } : {}),
  } as unknown as LogEntry
}

function eachOf(record: Readonly<Record<string, JsonValue>>, clean: (value: JsonValue) => JsonValue) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, clean(value)]))
}

/** Undefined for what is no line of a log: half of one that a crash cut off. */
export function parseLine(text: string): LogEntry | undefined {
  try {
    const value = JSON.parse(text) as Partial<LogEntry>
    return typeof value.id === 'number' && typeof value.time === 'string' ? (value as LogEntry) : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: JsonValue | undefined): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
