import { basename } from 'node:path'
import { RefbotError } from '../errors.ts'

export type Path = readonly PropertyKey[]

/** Where a value was written. */
export interface Place {
  /** For people: `/etc/refbot/refbot.config.json:3`, `REFBOT_API_PORT`, `--port`. */
  readonly where: string
  /** Absolute; only where a file is the place. */
  readonly file?: string
  /** From 1; only in JSON files. */
  readonly line?: number
}

/** One thing that is wrong. No value is repeated in it, since any might be a secret. */
export interface ConfigProblem extends Partial<Place> {
  /** Dotted: `api.port`, `alerts.3.metric`; empty where it is the whole. */
  readonly path: string
  /** Stable, for programs: `CONFIG_INVALID`, `CONFIG_KEY_UNKNOWN`, `SECRET_MISSING`. */
  readonly code: string
  readonly message: string
  /** The next step, where it is not plain from the message. */
  readonly hint?: string
}

/** Something that works and should be written otherwise. */
export interface ConfigNotice extends Partial<Place> {
  readonly path: string
  readonly message: string
}

export function dotted(path: Path): string {
  return path.map(String).join('.')
}

/** One line for people: `refbot.config.json:3, api.port: expected number`. */
export function describeProblem({ path, message, where, file, line }: ConfigProblem | ConfigNotice): string {
  const place = file === undefined ? where : `${basename(file)}${line === undefined ? '' : `:${line}`}`
  const head = [place, path].filter((part) => part !== undefined && part !== '').join(', ')
  return head === '' ? message : `${head}: ${message}`
}

/** Those of a file by their lines, then the others. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? Number.POSITIVE_INFINITY) - (b.line ?? Number.POSITIVE_INFINITY) || 0)
}

const SHOWN = 20

/** A configuration with everything that is wrong with it. Its `code` is that of the problems where they share one. */
export class ConfigError extends RefbotError {
  readonly problems: readonly ConfigProblem[]

  constructor(file: string | undefined, problems: readonly ConfigProblem[]) {
    const [first] = problems
    const code = problems.every((problem) => problem.code === first?.code) ? first?.code : undefined
    const list = problems.slice(0, SHOWN).map(describeProblem)
    if (problems.length > SHOWN) list.push(`and ${problems.length - SHOWN} more`)
    const isKey = code === undefined || code === 'CONFIG_KEY_UNKNOWN'
    super(
      isKey ? 'CONFIG_INVALID' : code,
      `The configuration${file === undefined ? '' : ` ${file}`} ${verdict(code)}. ${list.join('; ')}.`,
      {
        hint: (problems.length === 1 ? first?.hint : undefined) ?? 'Correct these keys; nothing was started or stored.',
      },
    )
    this.problems = problems
  }
}

function verdict(code: string | undefined): string {
  if (code === 'CONFIG_MISSING') return 'is not there'
  return code === 'CONFIG_UNREADABLE' ? 'cannot be read' : 'is not valid'
}
