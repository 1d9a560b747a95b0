import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import {
  ABANDONED,
  type Interruption,
  interrupted,
  judge,
  type Outcome,
  ordinaryAttempts,
  RETURNED,
  type Verdict,
} from '../policies/judge.ts'
import type { Statistics } from '../statistics/statistics.ts'
import type { AttemptRecord, Clock, ExecutionPatch, ExecutionRecord, ExecutionStore, Instant } from '../types.ts'
import { Admission } from './admission.ts'
import { type RegisteredTask, runAttempt } from './attempt.ts'
import { begin, Execution, end, patched, patchOf } from './execution.ts'
import { Firings } from './firings.ts'
import type { Job } from './job.ts'
import { Journal } from './journal.ts'
import { type Pace, PacedQueue } from './pace.ts'
import { Roster } from './roster.ts'
import type { Slots } from './slots.ts'

export interface ExecutorOptions {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  readonly events: Emitter
  readonly statistics: Statistics
  readonly slots: Slots
  readonly task: (name: string) => RegisteredTask | undefined
  /** Lets what is due start first, and puts the ends of executions off. */
  readonly pace: Pace
  /** Called when an execution of the job is over, or did not come to be. */
  readonly onReleased: (job: Job) => void
}

/**
 * What happens to one firing, from its claim to its durable end.
 *
 *   state     | event                        | next
 *   ----------|------------------------------|-----------------------------------------------------------
 *   (due)     | job busy, overlap `skip`     | cancelled/overlap, claimed as such
 *   (due)     | too late, misfire `skip`     | cancelled/missed, claimed as such
 *   (due)     | claim refused by the store   | nothing: somebody else has the firing
 *   (due)     | store fails                  | (due) again in a moment, with those after it
 *   (due)     | claimed, no turn yet         | waiting (stored as `running` without attempts)
 *   (due)     | claimed                      | running (its first attempt is part of the claim)
 *   waiting   | slot and turn                | running, stored before the task is called
 *   running   | task returns                 | success
 *   running   | task throws, or time-out     | retrying, or failed when attempts are used up or it forbids a retry
 *   retrying  | delay over, slot             | running, stored before the task is called
 *   any       | cancel                       | cancelled, once the task settled or its grace is over
 *   waiting   | stop                         | failed/abandoned, or left retrying (`onAbandoned: 'retry'`)
 *   retrying  | stop                         | failed/abandoned, or left retrying (`onAbandoned: 'retry'`)
 *   running   | stop's patience is over      | left retrying (`onAbandoned: 'retry'`), else cancelled/stopped if it settles
 *             |                              | within its grace, or failed/abandoned
 *   any       | the process dies             | at the next start failed/abandoned, or retrying (`onAbandoned: 'retry'`)
 */
export class Executor {
  readonly firings: Firings
  readonly #options: ExecutorOptions
  readonly #admission: Admission
  readonly #journal: Journal
  readonly #active = new Roster<Execution>()
  readonly #starts: PacedQueue<Execution>
  readonly #ends: PacedQueue<Execution>
  /** While it stops, nothing waits for a retry. */
  stopping = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#admission = new Admission(options.slots)
    this.#journal = new Journal(options)
    this.firings = new Firings({
      ...options,
      active: this.#active,
      admission: this.#admission,
      onClaimed: (execution) => this.#goOn(execution),
    })
    this.#starts = new PacedQueue(options.pace, 'start', (execution) => this.#start(execution))
    this.#ends = new PacedQueue(options.pace, 'end', (execution) => this.#judge(execution))
  }

  get active(): Pick<Roster<Execution>, 'all' | 'get'> {
    return this.#active
  }

  /**
   * Takes over what an earlier process left unfinished; `job` is missing where it was removed since. Does nothing where
   * an earlier start, which failed at another one, did it already.
   */
  async recover(record: ExecutionRecord, job: Job | undefined): Promise<void> {
    if (this.#active.get(record.id) !== undefined) return
    const { clock, store } = this.#options
    const now = clock.now()
    const attempts = end(record.attempts, now, ABANDONED)
    const most = Math.max(job?.config.retry?.attempts ?? 1, 2)
    const made = ordinaryAttempts(attempts, job?.config.retryOn)
    if (job?.config.onAbandoned === 'retry' && made < most && this.#options.task(job.config.task)) {
      const execution = new Execution(record, job, record.scheduledAt)
      this.#active.add(execution)
      await this.#journal.written(execution, { status: 'retrying', reason: 'abandoned', attempts, error: ABANDONED })
      this.#admission.join(execution, Number.POSITIVE_INFINITY)
      void this.#startLater(execution)
      return
    }
    const patch: ExecutionPatch = { status: 'failed', reason: 'abandoned', attempts, endedAt: now, error: ABANDONED }
    await store.update(record.id, patch)
    this.#journal.ended(patched(record, patch), record.scheduledAt, job)
  }

  interrupt(execution: Execution, by: Interruption): void {
    if (execution.interruption !== undefined) return
    this.#admission.stopWaiting(execution)
    const message = by.kind === 'cancel' ? 'The execution was cancelled.' : 'The scheduler stops.'
    execution.interrupt(by, new DOMException(message, 'AbortError'))
  }

  #goOn(execution: Execution): void {
    const { turn } = execution
    if (turn === 'now') this.#starts.push(execution)
    else if (turn === 'later') void this.#startLater(execution)
    else this.#over(execution)
  }

  /** Waits for its turn, or for its next attempt, and stores that it begins. */
  async #startLater(execution: Execution): Promise<void> {
    if (!execution.holdsSlot && execution.interruption === undefined) await execution.paused()
    if (execution.interruption === undefined) {
      const attempts = begin(execution.record.attempts, this.#options.clock.now())
      await this.#journal.written(execution, { status: 'running', attempts })
    }
    this.#start(execution)
  }

  /** Calls the task: the store knows that the attempt begins. */
  #start(execution: Execution): void {
    const { clock, events, task } = this.#options
    const { record, interruption } = execution
    if (interruption !== undefined) {
      this.#finish(execution, interrupted(interruption, false, execution.onAbandoned), clock.now())
      return
    }
    const attempt = record.attempts.length
    if (attempt === 1) events.emit('execution:started', () => ({ execution: record }))
    events.emit('execution:attempt-started', () => ({ execution: record, attempt }))
    const registered = task(record.task)
    if (registered === undefined) {
      const error = new SchedulerError('UNKNOWN_TASK', 'Its task is not registered.', 'Register it.')
      this.#attemptEnded(execution, { type: 'threw', error })
      return
    }
    runAttempt(execution, registered.run, attempt, clock, this.#attemptEnded)
  }

  readonly #attemptEnded = (execution: Execution, outcome: Outcome): void => {
    execution.context = undefined
    execution.outcome = outcome
    execution.outcomeAt = this.#options.clock.now()
    this.#ends.push(execution)
  }

  #judge(execution: Execution): void {
    const { outcome = RETURNED, outcomeAt: endedAt } = execution
    const verdict = judge(outcome, {
      attempts: execution.record.attempts,
      retry: execution.config.retry,
      retryOn: execution.config.retryOn,
      retryIf: this.#options.task(execution.record.task)?.retryIf,
      onAbandoned: execution.onAbandoned,
      random: this.#options.random,
    })
    if (verdict.delayMs === undefined) this.#finish(execution, verdict, endedAt)
    else void this.#retryLater(execution, verdict, verdict.delayMs, endedAt)
  }

  /** Records the failed attempt, gives the slot back and waits for the next one, or for an interruption. */
  async #retryLater(execution: Execution, verdict: Verdict, delayMs: number, endedAt: Instant): Promise<void> {
    const { clock, events } = this.#options
    const before = execution.record.attempts
    await new Promise<void>((resolve) => this.#record(execution, verdict, endedAt, resolve))
    this.#attemptRecorded(execution, before)
    this.#admission.leaveSlot(execution)
    const { record } = execution
    events.emit('execution:retrying', () => ({ execution: record, nextAttemptAt: endedAt + delayMs }))
    if (this.stopping) this.interrupt(execution, { kind: 'stop' })
    if (execution.interruption === undefined) {
      const disarm = clock.wakeAt(endedAt + delayMs, () => execution.continue())
      await execution.paused()
      disarm()
      if (execution.interruption === undefined) this.#admission.enterSlot(execution)
    }
    await this.#startLater(execution)
  }

  #finish(execution: Execution, verdict: Verdict, endedAt: Instant): void {
    const before = execution.record.attempts
    this.#record(execution, verdict, endedAt, () => {
      this.#attemptRecorded(execution, before)
      this.#admission.leave(execution)
      this.#over(execution)
    })
  }

  /** Stores a verdict, and with it the end of the attempt that was under way, if one was. */
  #record(execution: Execution, verdict: Verdict, endedAt: Instant, then: () => void): void {
    this.#journal.write(execution, patchOf(verdict, execution.record.attempts, endedAt), then)
  }

  #attemptRecorded({ record }: Execution, before: readonly AttemptRecord[]): void {
    const attempt = record.attempts.at(-1)
    if (attempt === undefined || record.attempts === before) return
    this.#options.events.emit('execution:attempt-ended', () => ({ execution: record, attempt }))
  }

  /** Everything that follows the last write, which leaves it unfinished where the next start is to go on with it. */
  #over(execution: Execution): void {
    const { record, plannedAt, job } = execution
    this.#active.delete(execution)
    if (record.endedAt !== undefined) this.#journal.ended(record, plannedAt, job)
    execution.settle()
    this.#options.onReleased(job)
  }
}
