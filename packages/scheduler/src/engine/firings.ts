import type { Emitter } from '../events.ts'
import type { Clock, ExecutionRecord, ExecutionStore, Instant } from '../types.ts'
import type { Admission } from './admission.ts'
import { claimEach } from './claim.ts'
import { type Draft, Drafts } from './drafts.ts'
import { Execution } from './execution.ts'
import type { Job } from './job.ts'
import type { Roster } from './roster.ts'

export interface FiringsOptions {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly newId: () => string
  readonly events: Emitter
  /** Where they stand from the time they are prepared on. */
  readonly active: Roster<Execution>
  readonly admission: Admission
  /** Sets going what is ours. */
  readonly onClaimed: (execution: Execution) => void
  /** Called when an execution of the job did not come to be. */
  readonly onReleased: (job: Job) => void
}

/** Makes executions of due times: each is prepared, which gives it its turn or its place in the queue, then claimed. */
export class Firings {
  readonly #options: FiringsOptions
  readonly #drafts: Drafts

  constructor(options: FiringsOptions) {
    this.#options = options
    this.#drafts = new Drafts(options)
  }

  /** A firing that is not claimed yet: it takes its place among the executions of its job. Follow with `claim`. */
  prepare(job: Job, scheduledAt: Instant, plannedAt: Instant, queueLimit: number): Execution {
    const draft = this.#drafts.make(job, scheduledAt)
    const execution = new Execution(draft, job, plannedAt)
    const turn = this.#options.admission.join(execution, queueLimit)
    execution.turn = turn
    // Nobody else has seen the draft yet, so it may still be written to.
    if (turn === 'now') draft.attempts = this.#drafts.firstAttempt(draft.claimedAt)
    else if (turn === 'refused') execution.record = cancelled(draft, 'overlap')
    this.#options.active.add(execution)
    return execution
  }

  /** A due time that nobody made use of, to be recorded as such. Follow with `claim`. */
  prepareMissed(job: Job, scheduledAt: Instant): Execution {
    const execution = new Execution(cancelled(this.#drafts.make(job, scheduledAt), 'missed'), job, scheduledAt)
    execution.turn = 'missed'
    this.#options.active.add(execution)
    return execution
  }

  /**
   * Claims firings. Calls `settled` for each once its claim is durable, or refused, or failed: then nothing has
   * happened, and it may be tried again.
   */
  claim(executions: readonly Execution[], settled: (execution: Execution, failed: boolean) => void): void {
    const { store, events } = this.#options
    claimEach(
      store,
      executions,
      (execution, ours) => {
        this.#claimed(execution, ours)
        settled(execution, false)
      },
      (failed, error) => {
        events.emit('scheduler:store-failed', () => {
          return { operation: 'claim', error, jobIds: failed.map(({ job }) => job.id) }
        })
        for (const execution of failed) {
          this.#drop(execution)
          settled(execution, true)
        }
      },
    )
  }

  /**
   * Claims one firing. Resolves once the claim is durable (the execution goes on by itself): with its record, or nothing
   * where it was claimed before. Rejects where the store does; then nothing has happened.
   */
  fire(job: Job, scheduledAt: Instant, queueLimit: number): Promise<ExecutionRecord | undefined> {
    return this.#claimOne(this.prepare(job, scheduledAt, this.#options.clock.now(), queueLimit))
  }

  /** Records a due time that nobody made use of. Rejects where the store does; then nothing has happened. */
  async miss(job: Job, scheduledAt: Instant): Promise<void> {
    await this.#claimOne(this.prepareMissed(job, scheduledAt))
  }

  async #claimOne(execution: Execution): Promise<ExecutionRecord | undefined> {
    const { record } = execution
    let claimed: boolean
    try {
      claimed = await this.#options.store.claim(record)
    } catch (error) {
      this.#drop(execution)
      this.#options.onReleased(execution.job)
      throw error
    }
    this.#claimed(execution, claimed)
    return claimed ? record : undefined
  }

  #claimed(execution: Execution, claimed: boolean): void {
    const { job, record, turn } = execution
    if (!claimed) {
      this.#drop(execution)
      this.#options.onReleased(job)
      return
    }
    const { scheduledAt } = record
    job.scheduled(scheduledAt)
    if (turn !== 'missed') {
      this.#options.events.emit('job:fired', () => ({ jobId: job.id, scheduledAt, execution: record }))
    }
    this.#options.onClaimed(execution)
  }

  /** Takes back all that a firing reserved whose claim did not come to be. */
  #drop(execution: Execution): void {
    this.#options.active.delete(execution)
    if (execution.turn === 'now' || execution.turn === 'later') {
      this.#options.admission.stopWaiting(execution)
      this.#options.admission.leave(execution)
    }
    execution.settle()
  }
}

/** The record of a firing that ends with its claim. */
function cancelled(draft: Draft, reason: 'missed' | 'overlap'): ExecutionRecord {
  return { ...draft, status: 'cancelled', reason, endedAt: draft.claimedAt }
}
