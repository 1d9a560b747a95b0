import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { ABANDONED, type Interruption, interrupted, judge, type Outcome, type Verdict } from '../policies/judge.ts'
import type { Statistics } from '../statistics/statistics.ts'
import type {
  AttemptRecord,
  Clock,
  ExecutionPatch,
  ExecutionRecord,
  ExecutionStore,
  Instant,
  Task,
  TaskOptions,
} from '../types.ts'
import { Admission, type Turn } from './admission.ts'
import { runAttempt } from './attempt.ts'
import { begin, Execution, end, patched } from './execution.ts'
import type { Job } from './job.ts'
import { Journal } from './journal.ts'
import type { Pace } from './pace.ts'
import type { Slots } from './slots.ts'

/**
 * What happens to one firing, from its claim to its durable end.
 *
 *   state     | event                        | next
 *   ----------|------------------------------|-----------------------------------------------------------
 *   (due)     | job busy, overlap `skip`     | cancelled/overlap, claimed as such
 *   (due)     | claim refused by the store   | nothing: somebody else has the firing
 *   (due)     | claimed, no turn yet         | waiting (stored as `running` without attempts)
 *   (due)     | claimed                      | running (its first attempt is part of the claim)
 *   waiting   | slot and turn                | running, stored before the task is called
 *   running   | task returns                 | success
 *   running   | task throws, or time-out     | retrying, or failed when attempts are used up or it forbids a retry
 *   retrying  | delay over, slot             | running, stored before the task is called
 *   any       | cancel                       | cancelled, once the task settled or its grace is over
 *   any       | stop's patience is over      | cancelled/stopped, failed/abandoned, or left retrying (`onAbandoned: 'retry'`)
 */
export interface ExecutorOptions {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  readonly events: Emitter
  readonly statistics: Statistics
  readonly slots: Slots
  readonly task: (name: string) => RegisteredTask | undefined
  /** Puts the ends of executions off while firings are handed out: what is due starts first. */
  readonly pace: Pace
  /** Called when an execution of the job is over, or did not come to be. */
  readonly onReleased: (job: Job) => void
}

export interface RegisteredTask extends TaskOptions {
  readonly run: Task
}

type Draft = ExecutionRecord & { readonly attempts: AttemptRecord[] }

export class Executor {
  readonly #options: ExecutorOptions
  readonly #admission: Admission
  readonly #journal: Journal
  readonly #active = new Map<string, Execution>()
  /** While it stops, nothing waits for a retry. */
  stopping = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#admission = new Admission(options.slots)
    this.#journal = new Journal(options)
  }

  get active(): ReadonlyMap<string, Execution> {
    return this.#active
  }

  /**
   * Claims a firing and sets it going. Resolves once the claim is durable (the execution goes on by itself): with its
   * record, or nothing where it was claimed before. Rejects where the store does; then nothing has happened.
   */
  async fire(
    job: Job,
    scheduledAt: Instant,
    plannedAt: Instant,
    queueLimit: number,
  ): Promise<ExecutionRecord | undefined> {
    const { store, events, onReleased } = this.#options
    const draft = this.#draft(job, scheduledAt)
    const execution = new Execution(draft, job, plannedAt)
    const turn = this.#admission.join(execution, queueLimit)
    if (turn === 'refused') {
      execution.record = { ...draft, status: 'cancelled', reason: 'overlap', endedAt: draft.claimedAt }
    } else if (turn === 'now') {
      // Nobody else has seen the draft yet, so it may still be written to.
      draft.attempts.push({ number: 1, startedAt: draft.claimedAt })
    }
    this.#active.set(draft.id, execution)

    let claimed: boolean
    try {
      claimed = await store.claim(execution.record)
    } catch (error) {
      this.#drop(execution, turn)
      throw error
    }
    if (!claimed) {
      this.#drop(execution, turn)
      onReleased(job)
      return undefined
    }
    job.lastScheduledAt = Math.max(job.lastScheduledAt ?? scheduledAt, scheduledAt)
    const { record } = execution
    events.emit('job:fired', () => ({ jobId: job.id, scheduledAt, execution: record }))
    if (turn === 'refused') this.#ended(execution)
    else void this.#drive(execution, turn === 'now')
    return record
  }

  /** Records a due time that nobody made use of. */
  async miss(job: Job, scheduledAt: Instant): Promise<void> {
    const draft = this.#draft(job, scheduledAt)
    const record: ExecutionRecord = { ...draft, status: 'cancelled', reason: 'missed', endedAt: draft.claimedAt }
    if (!(await this.#options.store.claim(record))) return
    job.lastScheduledAt = Math.max(job.lastScheduledAt ?? scheduledAt, scheduledAt)
    this.#ended(new Execution(record, job, scheduledAt))
  }

  /** Takes over what an earlier process left unfinished; `job` is missing where it was removed since. */
  async recover(record: ExecutionRecord, job: Job | undefined): Promise<void> {
    const { clock, store } = this.#options
    const now = clock.now()
    const attempts = end(record.attempts, now, ABANDONED)
    const most = Math.max(job?.config.retry?.attempts ?? 1, 2)
    if (job?.config.onAbandoned === 'retry' && record.attempts.length < most && this.#options.task(job.config.task)) {
      const execution = new Execution(record, job, record.scheduledAt)
      this.#active.set(record.id, execution)
      await this.#journal.write(execution, { status: 'retrying', reason: 'abandoned', attempts, error: ABANDONED })
      this.#admission.join(execution, Number.POSITIVE_INFINITY)
      void this.#drive(execution, false)
      return
    }
    const patch: ExecutionPatch = { status: 'failed', reason: 'abandoned', attempts, endedAt: now, error: ABANDONED }
    await store.update(record.id, patch)
    this.#journal.endedBefore(patched(record, patch))
  }

  interrupt(execution: Execution, by: Interruption): void {
    if (execution.interruption !== undefined) return
    this.#admission.stopWaiting(execution)
    const message = by.kind === 'cancel' ? 'The execution was cancelled.' : 'The scheduler stops.'
    execution.interrupt(by, new DOMException(message, 'AbortError'))
  }

  #draft(job: Job, scheduledAt: Instant): Draft {
    const { input, task } = job.config
    const id = this.#options.newId()
    const claimedAt = this.#options.clock.now()
    const draft: Draft = { id, jobId: job.id, task, scheduledAt, claimedAt, status: 'running', attempts: [] }
    return input === undefined ? draft : { ...draft, input }
  }

  /** @param recorded whether the store knows already that the first attempt begins */
  async #drive(execution: Execution, recorded: boolean): Promise<void> {
    const { clock, events } = this.#options
    const registered = this.#options.task(execution.record.task)
    for (let begun = recorded; ; begun = false) {
      if (!begun) {
        if (!execution.holdsSlot && execution.interruption === undefined) await execution.paused()
        if (execution.interruption === undefined) {
          const attempts = begin(execution.record.attempts, clock.now())
          await this.#journal.write(execution, { status: 'running', attempts })
        }
      }
      if (execution.interruption !== undefined) {
        await this.#finish(execution, interrupted(execution.interruption, false, onAbandoned(execution)), clock.now())
        return
      }
      const { record } = execution
      const attempt = record.attempts.length
      if (attempt === 1) events.emit('execution:started', () => ({ execution: record }))
      events.emit('execution:attempt-started', () => ({ execution: record, attempt }))
      const outcome: Outcome =
        registered === undefined
          ? { type: 'threw', error: new SchedulerError('UNKNOWN_TASK', 'Its task is not registered.', 'Register it.') }
          : await runAttempt(execution, registered.run, attempt, clock)
      const endedAt = clock.now()
      const later = this.#options.pace.pass()
      if (later !== undefined) await later
      const verdict = judge(outcome, {
        attempt,
        retry: execution.config.retry,
        retryIf: registered?.retryIf,
        onAbandoned: onAbandoned(execution),
        random: this.#options.random,
      })
      if (verdict.status !== 'retrying' || verdict.delayMs === undefined) {
        await this.#finish(execution, verdict, endedAt)
        return
      }
      await this.#retryLater(execution, verdict, verdict.delayMs, endedAt)
    }
  }

  /** Records the failed attempt, gives the slot back and waits for the next one, or for an interruption. */
  async #retryLater(execution: Execution, verdict: Verdict, delayMs: number, endedAt: Instant): Promise<void> {
    const { clock, events } = this.#options
    await this.#endAttempt(execution, verdict, endedAt)
    this.#admission.leaveSlot(execution)
    const { record } = execution
    events.emit('execution:retrying', () => ({ execution: record, nextAttemptAt: endedAt + delayMs }))
    if (this.stopping) this.interrupt(execution, { kind: 'stop' })
    if (execution.interruption !== undefined) return
    const disarm = clock.wakeAt(endedAt + delayMs, () => execution.continue())
    await execution.paused()
    disarm()
    if (execution.interruption === undefined) this.#admission.enterSlot(execution)
  }

  async #finish(execution: Execution, verdict: Verdict, endedAt: Instant): Promise<void> {
    await this.#endAttempt(execution, verdict, endedAt)
    this.#admission.leave(execution)
    this.#ended(execution)
  }

  /** Stores a verdict, and with it the end of the attempt that was under way, if one was. */
  async #endAttempt(execution: Execution, verdict: Verdict, endedAt: Instant): Promise<void> {
    const { delayMs: _delayMs, ...outcome } = verdict
    const before = execution.record.attempts
    const attempts = end(before, endedAt, verdict.error)
    const patch = { ...outcome, attempts }
    await this.#journal.write(execution, verdict.status === 'retrying' ? patch : { ...patch, endedAt })
    const { record } = execution
    const attempt = attempts.at(-1)
    if (attempt === undefined || attempts === before) return
    this.#options.events.emit('execution:attempt-ended', () => ({ execution: record, attempt }))
  }

  /** Everything that follows the last write, which leaves it unfinished where the next start is to go on with it. */
  #ended(execution: Execution): void {
    this.#active.delete(execution.record.id)
    if (execution.record.endedAt !== undefined) this.#journal.ended(execution)
    execution.settle()
    this.#options.onReleased(execution.job)
  }

  /** Takes back all that a firing reserved whose claim did not come to be. */
  #drop(execution: Execution, turn: Turn): void {
    this.#active.delete(execution.record.id)
    if (turn !== 'refused') {
      this.#admission.stopWaiting(execution)
      this.#admission.leave(execution)
    }
    execution.settle()
  }
}

function onAbandoned(execution: Execution): 'record' | 'retry' {
  return execution.config.onAbandoned ?? 'record'
}
