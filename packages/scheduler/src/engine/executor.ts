import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { ABANDONED, type Interruption, interrupted, judge, type Outcome, type Verdict } from '../policies/judge.ts'
import type { Statistics } from '../statistics.ts'
import type { Clock, ExecutionPatch, ExecutionRecord, ExecutionStore, Instant, Task, TaskOptions } from '../types.ts'
import { runAttempt } from './attempt.ts'
import { begin, Execution, end } from './execution.ts'
import { type Job, NOBODY } from './job.ts'
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
  /** Called when an execution of the job is over, or did not come to be. */
  readonly onReleased: (job: Job) => void
}

/** Six tries over six seconds. */
const MOST_WRITES = 6
const WRITE_RETRY_MS = 100

export interface RegisteredTask extends TaskOptions {
  readonly run: Task
}

export class Executor {
  readonly #options: ExecutorOptions
  readonly #active = new Map<string, Execution>()
  #stopping = false

  constructor(options: ExecutorOptions) {
    this.#options = options
  }

  /** While it stops, nothing waits for a retry. */
  set stopping(stopping: boolean) {
    this.#stopping = stopping
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
    fireAt: Instant,
    queueLimit: number,
  ): Promise<ExecutionRecord | undefined> {
    const { store, clock, newId, events, onReleased } = this.#options
    const now = clock.now()
    const draft: ExecutionRecord = {
      id: newId(),
      jobId: job.id,
      task: job.config.task,
      scheduledAt,
      claimedAt: now,
      status: 'running',
      attempts: [],
      ...(job.config.input === undefined ? undefined : { input: job.config.input }),
    }
    const execution = new Execution(draft, job, fireAt)
    const turn = this.#takeTurn(execution, queueLimit)
    if (turn === 'refused') {
      execution.record = { ...draft, status: 'cancelled', reason: 'overlap', endedAt: now }
    } else if (turn === 'now') {
      execution.record = { ...draft, attempts: begin([], now) }
    }
    this.#active.set(draft.id, execution)

    let claimed: boolean
    try {
      claimed = await store.claim(execution.record)
    } catch (error) {
      this.#drop(execution)
      throw error
    }
    if (!claimed) {
      this.#drop(execution)
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
    const { store, clock, newId } = this.#options
    const now = clock.now()
    const record: ExecutionRecord = {
      id: newId(),
      jobId: job.id,
      task: job.config.task,
      scheduledAt,
      claimedAt: now,
      endedAt: now,
      status: 'cancelled',
      reason: 'missed',
      attempts: [],
    }
    if (!(await store.claim(record))) return
    job.lastScheduledAt = Math.max(job.lastScheduledAt ?? scheduledAt, scheduledAt)
    this.#ended(new Execution(record, job, scheduledAt))
  }

  /** Takes over what an earlier process left unfinished; `job` is missing where it was removed since. */
  async recover(record: ExecutionRecord, job: Job | undefined): Promise<void> {
    const { clock, store, statistics, events } = this.#options
    const now = clock.now()
    const attempts = end(record.attempts, now, ABANDONED)
    const most = Math.max(job?.config.retry?.attempts ?? 1, 2)
    if (job?.config.onAbandoned === 'retry' && record.attempts.length < most && this.#options.task(job.config.task)) {
      const execution = new Execution(record, job, record.scheduledAt)
      this.#active.set(record.id, execution)
      job.holders++
      await this.#write(execution, { status: 'retrying', reason: 'abandoned', attempts, error: ABANDONED })
      execution.holdsSlot = this.#options.slots.enter(execution)
      void this.#drive(execution, false)
      return
    }
    const patch: ExecutionPatch = { status: 'failed', reason: 'abandoned', attempts, endedAt: now, error: ABANDONED }
    await store.update(record.id, patch)
    const execution: ExecutionRecord = { ...record, ...patch }
    statistics.add(execution, record.scheduledAt)
    events.emit('execution:ended', () => ({ execution }))
  }

  interrupt(execution: Execution, by: Interruption): void {
    const { slots } = this.#options
    if (execution.interruption !== undefined) return
    const { waiting } = execution.job
    const at = waiting.indexOf(execution)
    if (at >= 0) {
      waiting.splice(at, 1)
      execution.job.holders++
    }
    if (!execution.holdsSlot) slots.withdraw(execution)
    execution.interrupt(
      by,
      new DOMException(by.kind === 'cancel' ? 'Cancelled.' : 'The scheduler stops.', 'AbortError'),
    )
  }

  #takeTurn(execution: Execution, queueLimit: number): 'now' | 'later' | 'refused' {
    const { job } = execution
    const { overlap = 'skip' } = job.config
    if (overlap === 'allow' || job.holders === 0) {
      job.holders++
      execution.holdsSlot = this.#options.slots.enter(execution)
      return execution.holdsSlot ? 'now' : 'later'
    }
    if (job.waiting.length >= queueLimit) return 'refused'
    if (job.waiting === NOBODY) job.waiting = []
    job.waiting.push(execution)
    return 'later'
  }

  /** @param recorded whether the store knows already that the first attempt begins */
  async #drive(execution: Execution, recorded: boolean): Promise<void> {
    const { clock, events } = this.#options
    const registered = this.#options.task(execution.record.task)
    for (let begun = recorded; ; begun = false) {
      if (!begun) {
        if (!execution.holdsSlot && execution.interruption === undefined) await execution.paused()
        if (execution.interruption === undefined) {
          await this.#write(execution, { status: 'running', attempts: begin(execution.record.attempts, clock.now()) })
        }
      }
      if (execution.interruption !== undefined) {
        await this.#finish(execution, interrupted(execution.interruption, false, onAbandoned(execution)))
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
      const verdict = judge(outcome, {
        attempt,
        retry: execution.config.retry,
        retryIf: registered?.retryIf,
        onAbandoned: onAbandoned(execution),
        random: this.#options.random,
      })
      if (verdict.status !== 'retrying' || verdict.delayMs === undefined) {
        await this.#finish(execution, verdict)
        return
      }
      await this.#retryLater(execution, verdict, verdict.delayMs)
    }
  }

  /** Records the failed attempt, gives the slot back and waits for the next one, or for an interruption. */
  async #retryLater(execution: Execution, verdict: Verdict, delayMs: number): Promise<void> {
    const { clock, events } = this.#options
    const now = clock.now()
    const { status, reason, error } = verdict
    const attempts = end(execution.record.attempts, now, error)
    await this.#write(execution, {
      status,
      attempts,
      ...(reason === undefined ? undefined : { reason }),
      ...(error === undefined ? undefined : { error }),
    })
    this.#leaveSlot(execution)
    const { record } = execution
    const last = attempts.at(-1)
    if (last !== undefined) events.emit('execution:attempt-ended', () => ({ execution: record, attempt: last }))
    events.emit('execution:retrying', () => ({ execution: record, nextAttemptAt: now + delayMs }))
    if (this.#stopping) this.interrupt(execution, { kind: 'stop' })
    if (execution.interruption !== undefined) return
    const disarm = clock.wakeAt(now + delayMs, () => execution.continue())
    await execution.paused()
    disarm()
    if (execution.interruption === undefined) execution.holdsSlot = this.#options.slots.enter(execution)
  }

  async #finish(execution: Execution, verdict: Verdict): Promise<void> {
    const { events } = this.#options
    const now = this.#options.clock.now()
    const { status, reason, error, result } = verdict
    const before = execution.record.attempts
    const attempts = end(before, now, error)
    await this.#write(execution, {
      status,
      attempts,
      ...(status === 'retrying' ? undefined : { endedAt: now }),
      ...(reason === undefined ? undefined : { reason }),
      ...(error === undefined ? undefined : { error }),
      ...(result === undefined ? undefined : { result }),
    })
    const { record } = execution
    const last = attempts.at(-1)
    if (last !== undefined && attempts !== before) {
      events.emit('execution:attempt-ended', () => ({ execution: record, attempt: last }))
    }
    this.#leaveSlot(execution)
    this.#release(execution)
    this.#ended(execution)
  }

  /** Everything that follows a durable end. */
  #ended(execution: Execution): void {
    const { events, statistics, task } = this.#options
    const { record } = execution
    this.#active.delete(record.id)
    if (record.endedAt !== undefined) {
      if (record.attempts.length > 0) execution.job.lastEndedAt = record.endedAt
      statistics.add(record, execution.fireAt)
      events.emit('execution:ended', () => ({ execution: record }))
      const registered = task(record.task)
      const callback =
        record.status === 'success'
          ? registered?.onSuccess
          : record.status === 'failed'
            ? registered?.onFailure
            : undefined
      if (callback !== undefined) events.guard(record.status, () => callback(record))
    }
    execution.settle()
    this.#options.onReleased(execution.job)
  }

  /** Takes back all that a firing reserved whose claim did not come to be. */
  #drop(execution: Execution): void {
    this.#active.delete(execution.record.id)
    if (execution.record.endedAt !== undefined) return
    const { job } = execution
    const at = job.waiting.indexOf(execution)
    if (at >= 0) {
      job.waiting.splice(at, 1)
    } else {
      if (execution.holdsSlot) this.#leaveSlot(execution)
      else this.#options.slots.withdraw(execution)
      this.#release(execution)
    }
  }

  /** Gives the job's turn on. */
  #release(execution: Execution): void {
    const { job } = execution
    job.holders--
    const next = job.waiting.length === 0 ? undefined : job.waiting.shift()
    if (next === undefined) return
    job.holders++
    if (this.#options.slots.enter(next)) next.admitted()
  }

  #leaveSlot(execution: Execution): void {
    if (!execution.holdsSlot) return
    execution.holdsSlot = false
    this.#options.slots.leave(execution)
  }

  /** Stores a change, again and again for a while where the store fails. Given up, the next start finds it abandoned. */
  async #write(execution: Execution, patch: ExecutionPatch): Promise<void> {
    const { store, clock, events } = this.#options
    execution.apply(patch)
    for (let failures = 0; failures < MOST_WRITES; failures++) {
      try {
        await store.update(execution.record.id, patch)
        return
      } catch (error) {
        events.emit('scheduler:store-failed', () => ({ operation: 'update', error }))
        await new Promise<void>((resolve) => {
          clock.wakeAt(clock.now() + WRITE_RETRY_MS * 2 ** failures, resolve)
        })
      }
    }
  }
}

function onAbandoned(execution: Execution): 'record' | 'retry' {
  return execution.config.onAbandoned ?? 'record'
}
