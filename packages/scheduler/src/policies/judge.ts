import { TaskError } from '../errors.ts'
import type { AttemptRecord, ExecutionError, ExecutionReason, ExecutionStatus, RetryPolicy } from '../types.ts'
import { retryDelayMs } from './retry.ts'

/** How an attempt came to its end. */
export type Outcome =
  | { readonly type: 'returned'; readonly result: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  /** Its time limit passed, whether it settled afterwards or not. */
  | { readonly type: 'timed-out'; readonly timeoutMs: number }
  /** Cancelled, or aborted at the end of `stop`; `settled` says whether the task answered its signal. */
  | { readonly type: 'interrupted'; readonly by: Interruption; readonly settled: boolean }

export type Interruption = { readonly kind: 'cancel'; readonly reason: string | undefined } | { readonly kind: 'stop' }

/** Shared, since most tasks return nothing. */
export const RETURNED: Outcome = { type: 'returned', result: undefined }

/** What becomes of the execution. */
export interface Verdict {
  readonly status: ExecutionStatus
  readonly reason?: ExecutionReason
  readonly error?: ExecutionError
  readonly result?: unknown
  /** Set with `retrying`: the wait before the next attempt, whole ms. */
  readonly delayMs?: number
}

export interface JudgeContext {
  /** The one that is judged is the last. */
  readonly attempts: readonly AttemptRecord[]
  readonly retry: RetryPolicy | undefined
  readonly retryOn: Readonly<Record<string, RetryPolicy>> | undefined
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined
  readonly onAbandoned: 'record' | 'retry'
  readonly random: () => number
}

/** Longest error message that is stored, in UTF-16 units. */
const LONGEST_MESSAGE = 4096
/** Of a code or a reason. */
const LONGEST_CODE = 128

/** Pure but for `random` and the user's `retryIf`. */
export function judge(outcome: Outcome, context: JudgeContext): Verdict {
  switch (outcome.type) {
    case 'returned':
      return success(outcome.result)
    case 'threw':
      return failed(outcome.error, context)
    case 'timed-out': {
      const error = new TaskError(`The attempt took longer than ${outcome.timeoutMs} ms.`, {
        code: 'TIMEOUT',
        reason: 'timeout',
      })
      return failed(error, context)
    }
    case 'interrupted':
      return interrupted(outcome.by, outcome.settled, context.onAbandoned)
  }
}

/** What an execution becomes that was ended from outside; `settled` where its attempt answered its signal in time. */
export function interrupted(by: Interruption, settled: boolean, onAbandoned: 'record' | 'retry'): Verdict {
  if (by.kind === 'cancel') {
    const error = { code: 'CANCELLED', message: 'The execution was cancelled.' }
    return by.reason === undefined ? { status: 'cancelled', error } : { status: 'cancelled', reason: by.reason, error }
  }
  // Left unfinished on purpose: the next start finds it and gives it its further attempt.
  if (onAbandoned === 'retry') return { status: 'retrying', reason: 'abandoned', error: ABANDONED }
  if (settled) {
    return { status: 'cancelled', reason: 'stopped', error: { code: 'STOPPED', message: 'The scheduler was stopped.' } }
  }
  return { status: 'failed', reason: 'abandoned', error: ABANDONED }
}

export const ABANDONED: ExecutionError = {
  code: 'ABANDONED',
  message: 'The process that ran it ended before it did.',
}

const SUCCESS: Verdict = { status: 'success' }

function success(result: unknown): Verdict {
  if (result === undefined) return SUCCESS
  const json = toJson(result)
  return json === undefined ? { status: 'success' } : { status: 'success', result: JSON.parse(json) }
}

function failed(thrown: unknown, context: JudgeContext): Verdict {
  const { error, reason, retryable } = describe(thrown)
  const ended = reason === undefined ? { error } : { error, reason }
  const { policy, made } = policyFor(error.code, context)
  if (policy === undefined || made >= policy.attempts || !retryable || !wantsRetry(thrown, context))
    return { status: 'failed', ...ended }
  return { status: 'retrying', ...ended, delayMs: Math.floor(retryDelayMs(policy, made, context.random)) }
}

/** The policy for a failure with this code, and how many attempts of its kind were made, this one included. */
function policyFor(code: string, { attempts, retry, retryOn }: JudgeContext) {
  if (retryOn === undefined) return { policy: retry, made: attempts.length }
  const before = attempts.slice(0, -1)
  if (!Object.hasOwn(retryOn, code)) return { policy: retry, made: 1 + ordinaryAttempts(before, retryOn) }
  return { policy: retryOn[code], made: 1 + before.filter(({ error }) => error?.code === code).length }
}

/** How many attempts there are that no policy of their own counts. */
export function ordinaryAttempts(attempts: readonly AttemptRecord[], retryOn: JudgeContext['retryOn'] = {}): number {
  return attempts.filter(({ error }) => error === undefined || !Object.hasOwn(retryOn, error.code)).length
}

function wantsRetry(thrown: unknown, { retryIf, attempts }: JudgeContext): boolean {
  if (retryIf === undefined) return true
  try {
    return retryIf(thrown, attempts.length)
  } catch {
    return false
  }
}

interface Failure {
  readonly error: ExecutionError
  readonly reason: string | undefined
  readonly retryable: boolean
}

const UNREADABLE: Failure = {
  error: { code: 'TASK_FAILED', message: 'The task threw something that cannot be read.' },
  reason: undefined,
  retryable: true,
}

/** Whatever was thrown, as something that can be stored: bounded, and never throwing itself. */
function describe(thrown: unknown): Failure {
  try {
    const { message, code } = isRecord(thrown) ? thrown : {}
    const { reason, retryable } = thrown instanceof TaskError ? thrown : { reason: undefined, retryable: true }
    return {
      error: {
        code: typeof code === 'string' && code !== '' ? code.slice(0, LONGEST_CODE) : 'TASK_FAILED',
        message: (typeof message === 'string' ? message : `The task threw ${String(thrown)}.`).slice(
          0,
          LONGEST_MESSAGE,
        ),
      },
      reason: reason?.slice(0, LONGEST_CODE),
      retryable,
    }
  } catch {
    return UNREADABLE
  }
}

function isRecord(value: unknown): value is { readonly message?: unknown; readonly code?: unknown } {
  return typeof value === 'object' && value !== null
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
