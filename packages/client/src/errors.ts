/** One thing that is wrong with a request. */
export interface RequestIssue {
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly path: string
  readonly message: string
}

/** One thing that is wrong with the configuration of the server. */
export interface ServerConfigProblem {
  readonly path: string
  readonly code: string
  readonly message: string
  /** Place, path and message in one line. */
  readonly text: string
  readonly where?: string
  readonly file?: string
  /** From 1. */
  readonly line?: number
  readonly hint?: string
}

export interface RefbotApiErrorOptions {
  readonly hint?: string | undefined
  readonly issues?: readonly RequestIssue[] | undefined
  readonly problems?: readonly ServerConfigProblem[] | undefined
  readonly cause?: unknown
}

/** A refusal of the API, or its silence. */
export class RefbotApiError extends Error {
  override readonly name = 'RefbotApiError'
  /** Stable, for programs: the API's own, `API_UNREACHABLE` where nobody answers, `API_ANSWER_INVALID` where somebody else does. */
  readonly code: string
  /** HTTP status; 0 where there was no answer. */
  readonly status: number
  /** The next step, one sentence. */
  readonly hint: string | undefined
  /** Everything that is wrong with the request, with `REQUEST_INVALID`. */
  readonly issues: readonly RequestIssue[]
  /** Everything that is wrong with the configuration of the server; undefined where that is not what it is about. */
  readonly problems: readonly ServerConfigProblem[] | undefined

  constructor(code: string, status: number, message: string, options: RefbotApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = status
    this.hint = options.hint
    this.issues = options.issues ?? []
    this.problems = options.problems
  }
}

export function unreachable(baseUrl: string, cause: unknown): RefbotApiError {
  return new RefbotApiError('API_UNREACHABLE', 0, `Nobody answers at ${baseUrl}.`, {
    hint: 'Start RefBot (refbot start), or say where it listens.',
    cause,
  })
}

/** What a body that is no success says: problem details (RFC 9457), or nothing that we know. */
export function refusal(status: number, contentType: string, body: string, baseUrl: string): RefbotApiError {
  const problem = /^application\/problem\+json\b/i.test(contentType) ? parse(body) : undefined
  if (typeof problem?.code === 'string' && typeof problem.detail === 'string') {
    const { code, detail, hint, issues, problems } = problem
    return new RefbotApiError(code, status, detail, { hint, issues, problems })
  }
  if (status === 503) {
    return new RefbotApiError('API_UNAVAILABLE', status, `RefBot at ${baseUrl} cannot answer now.`, {
      hint: 'Look into the log of the server.',
    })
  }
  return notRefbot(status, baseUrl)
}

export function notRefbot(status: number, baseUrl: string, cause?: unknown): RefbotApiError {
  return new RefbotApiError('API_ANSWER_INVALID', status, `What answers at ${baseUrl} is not the RefBot API.`, {
    hint: 'Check the address.',
    cause,
  })
}

interface ProblemBody {
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly issues?: readonly RequestIssue[]
  readonly problems?: readonly ServerConfigProblem[]
}

function parse(body: string): ProblemBody | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
