import { inspect } from 'node:util'
import { RefbotError } from '../errors.ts'
import type { Path } from './problem.ts'
import { resolveSecret, type SecretSources } from './secrets.ts'
import type { AlertSinkConfig, SinkEntry } from './sink-schema.ts'

export interface SinkProblem {
  readonly path: Path
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

export interface SinkEntries {
  readonly sinks: AlertSinkConfig[]
  readonly problems: readonly SinkProblem[]
}

/** Resolves the references among sinks, and checks what may be a secret once it is known. */
export function resolveSinks(entries: readonly (SinkEntry | undefined)[], sources: SecretSources): SinkEntries {
  const problems: SinkProblem[] = []
  const reveal = (value: unknown, path: Path): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((one, index) => reveal(one, [...path, index]))
    if ('$secret' in value && typeof value.$secret === 'string') return secret(value.$secret, path)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, reveal(one, [...path, key])]))
  }
  const secret = (name: string, path: Path): string | undefined => {
    try {
      return resolveSecret(name, sources).reveal()
    } catch (error) {
      if (!(error instanceof RefbotError)) throw error
      problems.push({ path, code: error.code, message: error.message.replace(/\.$/, ''), hint: error.hint })
      return undefined
    }
  }
  const sinks = entries.map((entry, index) => {
    const sink = reveal(entry ?? {}, [index]) as AlertSinkConfig
    if (entry !== undefined) problems.push(...unfit(sink, index))
    return hidden(sink, shown(entry ?? {}))
  })
  return { sinks, problems }
}

/** None of these texts repeats a value. A secret that could not be read is told already. */
function unfit(sink: AlertSinkConfig, index: number): SinkProblem[] {
  const problems: SinkProblem[] = []
  const wrong = (key: Path, message: string, hint: string) =>
    problems.push({ path: [index, ...key], code: 'CONFIG_INVALID', message, hint })
  if ('url' in sink && sink.url !== undefined) {
    const protocol = URL.canParse(sink.url) ? new URL(sink.url).protocol : undefined
    if (protocol !== 'http:' && protocol !== 'https:') {
      wrong(['url'], 'expected an http or https URL', 'Write it as https://host/path.')
    }
  }
  for (const [name, value] of Object.entries(('headers' in sink && sink.headers) || {})) {
    const fits = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value ?? '')
    if (!fits) wrong(['headers', name], 'expected what a header can hold', 'Leave out line ends and other controls.')
  }
  if (sink.kind === 'email' && (sink.username === undefined) !== (sink.password === undefined)) {
    wrong([], 'username and password belong together', 'Give both, or none.')
  }
  return problems
}

const SECRET_KEYS = new Set(['secret', 'username', 'password', 'headers'])

/** What may be read by everybody: references by their names, of a URL its origin. */
function shown(entry: object): unknown {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => {
      if (key === 'headers') return [key, shownHeaders(value as Readonly<Record<string, unknown>>)]
      if (typeof value !== 'string') return [key, value]
      if (key === 'url') return [key, `${URL.canParse(value) ? new URL(value).origin : ''} [rest not shown]`]
      return [key, SECRET_KEYS.has(key) ? '[not shown]' : value]
    }),
  )
}

function shownHeaders(headers: Readonly<Record<string, unknown>> = {}): unknown {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? '[not shown]' : value]),
  )
}

function hidden(sink: AlertSinkConfig, safe: unknown): AlertSinkConfig {
  Object.defineProperty(sink, 'toJSON', { value: () => safe })
  Object.defineProperty(sink, inspect.custom, { value: () => safe })
  return sink
}
