/** Stable codes of what can go wrong at the door of the scheduler. */
export type SchedulerErrorCode =
  | 'INVALID_CONFIG'
  | 'INVALID_ID'
  | 'INVALID_INPUT'
  | 'INVALID_TRIGGER'
  | 'INVALID_CRON'
  | 'INVALID_INTERVAL'
  | 'NEVER_FIRES'
  | 'UNKNOWN_TIME_ZONE'
  | 'INVALID_POLICY'
  | 'INVALID_ARGUMENT'
  | 'DUPLICATE_JOB'
  | 'UNKNOWN_JOB'
  | 'DUPLICATE_TASK'
  | 'UNKNOWN_TASK'
  | 'UNKNOWN_EXECUTION'
  | 'NOT_STARTED'
  | 'TRIGGER_STUCK'

/** A refused call. Nothing was changed; `hint` says what to do. */
export class SchedulerError extends Error {
  override readonly name = 'SchedulerError'
  readonly code: SchedulerErrorCode
  readonly hint: string

  constructor(code: SchedulerErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}

export interface TaskErrorOptions extends ErrorOptions {
  /** Stable code, upper case with underscores; default `TASK_FAILED`. */
  readonly code?: string
  /** Becomes the execution's `reason`. */
  readonly reason?: string
  /** False ends the execution whatever its retry policy says; default true. */
  readonly retryable?: boolean
}

/** Reasons that no retry answers: a site that refuses must not be asked again. */
const NEVER_RETRIED: ReadonlySet<string> = new Set(['refused_by_site', 'left_authorised_origin'])

/** What a task throws to give its failure a code and a reason, or to forbid a retry. */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: string
  readonly reason: string | undefined
  readonly retryable: boolean

  constructor(message: string, options: TaskErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code ?? 'TASK_FAILED'
    this.reason = options.reason
    this.retryable = (options.retryable ?? true) && !(options.reason !== undefined && NEVER_RETRIED.has(options.reason))
  }
}
