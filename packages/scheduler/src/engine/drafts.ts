import type { AttemptRecord, Clock, ExecutionRecord, Instant } from '../types.ts'
import type { Writable } from './execution.ts'
import type { Job } from './job.ts'

export type Draft = Writable<ExecutionRecord>

/** Makes the records of new executions, which may be written to until somebody else has seen them. */
export class Drafts {
  readonly #clock: Clock
  readonly #newId: () => string
  #first: readonly AttemptRecord[] = []

  constructor({ clock, newId }: { readonly clock: Clock; readonly newId: () => string }) {
    this.#clock = clock
    this.#newId = newId
  }

  make({ id: jobId, config: { input, task } }: Job, scheduledAt: Instant): Draft {
    const id = this.#newId()
    const claimedAt = this.#clock.now()
    const draft: Draft = { id, jobId, task, scheduledAt, claimedAt, status: 'running', attempts: [] }
    if (input !== undefined) draft.input = input
    return draft
  }

  /** One list for all that start in the same millisecond, to keep them small; frozen, since tasks get to see it. */
  firstAttempt(startedAt: Instant): readonly AttemptRecord[] {
    if (this.#first[0]?.startedAt !== startedAt) this.#first = Object.freeze([Object.freeze({ number: 1, startedAt })])
    return this.#first
  }
}
