import type { Emitter } from '../events.ts'
import { Statistics } from '../statistics/statistics.ts'
import type { Clock, ExecutionPatch, ExecutionRecord, ExecutionStore, Instant, TaskOptions } from '../types.ts'
import { attempt } from './claim.ts'
import type { Execution } from './execution.ts'
import type { Job } from './job.ts'

/** Six tries over six seconds. */
const MOST_WRITES = 6
const WRITE_RETRY_MS = 100

/** In one call. */
const MOST_CHANGES = 128

interface Change {
  readonly execution: Execution
  readonly patch: ExecutionPatch
  readonly then: () => void
}

export interface JournalOptions {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly events: Emitter
  readonly statistics: Statistics
  readonly task: (name: string) => TaskOptions | undefined
}

/** Writes down what happens to executions, and tells those who want to know. */
export class Journal {
  readonly #options: JournalOptions
  #changes: Change[] = []

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /**
   * Stores a change, again and again for a while where the store fails, then calls `then`. Given up, the next start
   * finds it abandoned. Changes of the same turn go to the store in one call, where it has one for many.
   */
  write(execution: Execution, patch: ExecutionPatch, then: () => void): void {
    execution.apply(patch)
    const change = { execution, patch, then }
    if (this.#options.store.updateAll === undefined) {
      this.#writeOne(change)
      return
    }
    if (this.#changes.push(change) === 1) queueMicrotask(this.#flush)
    if (this.#changes.length >= MOST_CHANGES) this.#flush()
  }

  written(execution: Execution, patch: ExecutionPatch): Promise<void> {
    return new Promise((resolve) => this.write(execution, patch, resolve))
  }

  readonly #flush = (): void => {
    const changes = this.#changes
    if (changes.length === 0) return
    this.#changes = []
    const [first] = changes
    if (first !== undefined && changes.length === 1) {
      this.#writeOne(first)
      return
    }
    attempt(() => this.#options.store.updateAll?.(changes.map(({ execution: { id }, patch }) => ({ id, patch })))).then(
      () => {
        for (const { then } of changes) then()
      },
      // One of them may be all that is wrong.
      () => {
        for (const change of changes) this.#writeOne(change)
      },
    )
  }

  #writeOne({ execution, patch, then }: Change): void {
    this.#update(execution, patch).then(then, (error: unknown) => this.#again(execution, patch, error).then(then))
  }

  async #again(execution: Execution, patch: ExecutionPatch, first: unknown): Promise<void> {
    const { clock, events } = this.#options
    let error = first
    for (let failures = 1; ; failures++) {
      const failed = { operation: 'update', error }
      events.emit('scheduler:store-failed', () => failed)
      await new Promise<void>((resolve) => {
        clock.wakeAt(clock.now() + WRITE_RETRY_MS * 2 ** (failures - 1), resolve)
      })
      if (failures === MOST_WRITES) return
      try {
        await this.#update(execution, patch)
        return
      } catch (again) {
        error = again
      }
    }
  }

  #update(execution: Execution, patch: ExecutionPatch): Promise<void> {
    return attempt(() => this.#options.store.update(execution.record.id, patch))
  }

  /** An execution is over, and that is durable. @param job none where it was removed */
  ended(record: ExecutionRecord, plannedAt: Instant, job: Job | undefined): void {
    const { events, statistics } = this.#options
    statistics.add(record, plannedAt)
    if (job !== undefined) {
      if (record.attempts.length > 0) job.lastEndedAt = record.endedAt
      job.statistics ??= new Statistics()
      job.statistics.add(record, plannedAt)
    }
    this.#announce(record)
    events.emit('execution:ended', () => ({ execution: record }))
  }

  /** Calls the task's callback. */
  #announce(record: ExecutionRecord): void {
    const task = this.#options.task(record.task)
    const callback =
      record.status === 'success' ? task?.onSuccess : record.status === 'failed' ? task?.onFailure : undefined
    if (callback !== undefined) this.#options.events.guard(`task ${record.status}`, () => callback(record))
  }
}
