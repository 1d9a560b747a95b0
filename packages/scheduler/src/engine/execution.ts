import type { Interruption, Outcome, Verdict } from '../policies/judge.ts'
import type { AttemptRecord, ExecutionPatch, ExecutionRecord, Instant, ScheduleConfig } from '../types.ts'
import type { Turn } from './admission.ts'
import { Context } from './attempt.ts'
import type { Job } from './job.ts'
import type { Entry } from './roster.ts'
import type { Ticket } from './slots.ts'

/** An execution at work. Its record is replaced, never changed. */
export class Execution implements Ticket, Entry<Execution> {
  record: ExecutionRecord
  readonly job: Job
  /** The job's config at the claim: a later one does not change what is under way. */
  readonly config: ScheduleConfig
  /** When the first attempt should have begun; what lateness is measured from. */
  readonly plannedAt: Instant
  /** What it was told when it came; one that is taken over from an earlier process waits. */
  turn: Turn = 'later'
  /** Set once: the first interruption wins. */
  interruption: Interruption | undefined
  /** What the task of the attempt under way was given. */
  context: Context | undefined
  /** Whether a slot is held. */
  holdsSlot = false
  /** How its last attempt ended, and when, until that is recorded. */
  outcome: Outcome | undefined
  outcomeAt: Instant = 0
  previous: Execution | undefined
  next: Execution | undefined
  #continue: (() => void) | undefined
  #settled: PromiseWithResolvers<ExecutionRecord> | undefined

  constructor(record: ExecutionRecord, job: Job, plannedAt: Instant) {
    this.record = record
    this.job = job
    this.config = job.config
    this.plannedAt = plannedAt
  }

  get id(): string {
    return this.record.id
  }

  /** Whether an attempt is under way, or about to be. */
  get running(): boolean {
    return this.record.status === 'running' && this.holdsSlot
  }

  get slotKey(): string | undefined {
    return this.config.concurrencyKey
  }

  get onAbandoned(): 'record' | 'retry' {
    return this.config.onAbandoned ?? 'record'
  }

  admitted(): void {
    this.holdsSlot = true
    this.continue()
  }

  /** `then` is called when the execution is admitted, its wait is over, or it is interrupted; replaces an earlier one. */
  onContinue(then: () => void): void {
    this.#continue = then
  }

  paused(): Promise<void> {
    return new Promise((resolve) => this.onContinue(resolve))
  }

  continue(): void {
    const then = this.#continue
    this.#continue = undefined
    then?.()
  }

  interrupt(by: Interruption, reason: unknown): void {
    if (this.interruption !== undefined) return
    this.interruption = by
    if (this.context !== undefined) Context.abort(this.context, reason)
    this.continue()
  }

  apply(patch: ExecutionPatch): void {
    this.record = patched(this.record, patch)
  }

  /** Resolves with the final record, once it is durable. */
  get settled(): Promise<ExecutionRecord> {
    this.#settled ??= Promise.withResolvers()
    return this.#settled.promise
  }

  settle(): void {
    this.#settled?.resolve(this.record)
  }
}

/**
 * The record with the fields of the patch in place of its own; those that the patch leaves out are cleared. Written
 * out, since every execution comes through here and spreading costs several times as much.
 */
export function patched(record: ExecutionRecord, patch: ExecutionPatch): ExecutionRecord {
  const { id, jobId, task, scheduledAt, claimedAt, input } = record
  const { status, attempts, reason, retryAt, endedAt, error, result } = patch
  const changed: Writable<ExecutionRecord> = { id, jobId, task, scheduledAt, claimedAt, status, attempts }
  if (input !== undefined) changed.input = input
  if (endedAt !== undefined) changed.endedAt = endedAt
  if (reason !== undefined) changed.reason = reason
  if (retryAt !== undefined) changed.retryAt = retryAt
  if (error !== undefined) changed.error = error
  if (result !== undefined) changed.result = result
  return changed
}

/** While it is being put together. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The attempts with a new one begun. */
export function begin(attempts: readonly AttemptRecord[], startedAt: Instant): readonly AttemptRecord[] {
  return [...attempts, { number: attempts.length + 1, startedAt }]
}

/** The attempts with the last one ended, where one was under way. */
export function end(
  attempts: readonly AttemptRecord[],
  endedAt: Instant,
  error: AttemptRecord['error'],
): readonly AttemptRecord[] {
  const last = attempts[attempts.length - 1]
  if (last === undefined || last.endedAt !== undefined) return attempts
  const { number, startedAt } = last
  const ended = error === undefined ? { number, startedAt, endedAt } : { number, startedAt, endedAt, error }
  return attempts.length === 1 ? [ended] : [...attempts.slice(0, -1), ended]
}

/** What a verdict makes of an execution, the end of the attempt included that was under way, if one was. */
export function patchOf(verdict: Verdict, attempts: readonly AttemptRecord[], endedAt: Instant): ExecutionPatch {
  const { status, reason, error, result, delayMs } = verdict
  const patch: Writable<ExecutionPatch> = { status, attempts: end(attempts, endedAt, error) }
  if (status !== 'retrying') patch.endedAt = endedAt
  if (delayMs !== undefined) patch.retryAt = endedAt + delayMs
  if (reason !== undefined) patch.reason = reason
  if (error !== undefined) patch.error = error
  if (result !== undefined) patch.result = result
  return patch
}
