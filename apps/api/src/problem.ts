import { STATUS_CODES } from 'node:http'
import { ConfigError, type ConfigProblem, describeProblem } from '@refbot/runtime'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { present } from './wire.ts'

/** One thing that is wrong with a request. */
export interface Issue {
  /** Where it was found. */
  readonly in: 'path' | 'query' | 'header' | 'body'
  /** Keys from the outermost in, joined by dots; empty for the whole. */
  readonly path: string
  readonly message: string
}

/** One thing that is wrong with the configuration of the server. */
export interface ConfigFault {
  /** Dotted: `api.port`; empty for the whole. */
  readonly path: string
  readonly code: string
  readonly message: string
  /** All of it in one line: `refbot.config.json:3, api.port: expected number`. */
  readonly text: string
  /** Where it was written: a place in a file, a variable, a flag. */
  readonly where?: string
  readonly file?: string
  /** From 1. */
  readonly line?: number
  readonly hint?: string
}

/** RFC 9457 problem details, with RefBot's code and next step. */
export interface Problem {
  /** `about:blank`: what kind of problem it is, `code` tells. */
  readonly type: string
  /** The status in words. */
  readonly title: string
  readonly status: number
  /** What was wrong, one or two sentences. */
  readonly detail: string
  /** Stable, for programs: `PLUGIN_UNKNOWN`. */
  readonly code: string
  /** The next step. */
  readonly hint?: string
  readonly issues?: readonly Issue[]
  readonly problems?: readonly ConfigFault[]
}

/** A refusal of the API itself; those of the runtime are translated by their codes. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly hint: string | undefined
  readonly issues: readonly Issue[] | undefined

  constructor(code: string, message: string, options: { hint?: string; issues?: readonly Issue[] } = {}) {
    super(message)
    this.code = code
    this.hint = options.hint
    this.issues = options.issues
  }
}

/** The status of each code that a request can cause; every other code is the server's own trouble: 500. */
export const STATUSES: Readonly<Record<string, ContentfulStatusCode>> = {
  REQUEST_INVALID: 400,
  TARGET_INVALID: 400,
  METRIC_QUERY_INVALID: 400,
  METRIC_NAME_INVALID: 400,
  METRIC_LABELS_INVALID: 400,
  ALERT_SILENCE_INVALID: 400,
  SILENCE_OVER: 400,
  TOKEN_NAME_INVALID: 400,
  TOKEN_EXPIRY_INVALID: 400,
  TOKEN_MISSING: 401,
  TOKEN_INVALID: 401,
  ORIGIN_FOREIGN: 403,
  TOKEN_FORBIDDEN: 403,
  ROUTE_UNKNOWN: 404,
  PLUGIN_UNKNOWN: 404,
  RUN_UNKNOWN: 404,
  UNKNOWN_EXECUTION: 404,
  ARTIFACT_UNKNOWN: 404,
  ORIGIN_NOT_PAUSED: 404,
  TOKEN_UNKNOWN: 404,
  PROXY_UNKNOWN: 404,
  ALERT_UNKNOWN: 404,
  SILENCE_UNKNOWN: 404,
  RUN_OVER: 409,
  PLUGIN_DISABLED: 409,
  PLUGIN_ACTION_UNKNOWN: 404,
  PLUGIN_STOPPED: 409,
  PROXY_CONFIGURED: 409,
  BODY_LENGTH_MISSING: 411,
  BODY_TOO_LARGE: 413,
  HOST_FOREIGN: 421,
  PLUGIN_CONFIG_INVALID: 422,
  PLUGIN_CONFIG_SCHEMA_INVALID: 422,
  PLUGIN_MANIFEST_INVALID: 422,
  PLUGIN_MANIFEST_UNREADABLE: 422,
  PLUGIN_ENTRY_MISSING: 422,
  PLUGIN_INVALID: 422,
  PLUGIN_LOAD_FAILED: 422,
  PROXY_LIST_INVALID: 422,
  RELOAD_NOT_AVAILABLE: 409,
  RUN_NOT_CLAIMED: 503,
  STORE_DISK_FULL: 503,
  PLUGIN_LOAD_TIMEOUT: 422,
  PLUGIN_API_UNSUPPORTED: 422,
  PLUGIN_LINK_OUTSIDE: 422,
  PLUGIN_DUPLICATE: 422,
  PLUGIN_SETTING_HIDDEN: 422,
  NOT_STARTED: 503,
  STORE_CLOSED: 503,
  ANALYTICS_CLOSED: 503,
}

/** What an error is on the wire. An error without a code says nothing of its text: it may hold anything. */
export function toProblem(error: unknown): Problem {
  if (error instanceof HTTPException) {
    const code = error.status === 413 ? 'BODY_TOO_LARGE' : 'REQUEST_INVALID'
    return problem(error.status, code, error.message, { hint: 'Correct the request.' })
  }
  if (!isCoded(error)) {
    return problem(500, 'INTERNAL', 'The server failed to answer this request.', {
      hint: 'Look into the log of the server.',
    })
  }
  const { code, message, hint, issues } = error
  const more = { ...(hint === undefined ? {} : { hint }), ...(issues === undefined ? {} : { issues }) }
  if (error instanceof ConfigError) {
    return problem(422, code, message, { ...more, problems: error.problems.map(faultOf) })
  }
  return problem(STATUSES[code] ?? 500, code, message, more)
}

function problem(
  status: number,
  code: string,
  detail: string,
  more: Pick<Problem, 'hint' | 'issues' | 'problems'>,
): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, ...more }
}

function faultOf(found: ConfigProblem): ConfigFault {
  const { path, code, message, where, file, line, hint } = found
  return { path, code, message, text: describeProblem(found), ...present({ where, file, line, hint }) }
}

/** A problem as an answer. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

interface Coded {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly issues?: readonly Issue[] | undefined
}

/** Errors of ours have a code and a hint; Node's have a code as well, and texts that are not meant for strangers. */
function isCoded(error: unknown): error is Coded {
  return (
    error instanceof Error && 'hint' in error && 'code' in error && typeof error.code === 'string' && error.code !== ''
  )
}
