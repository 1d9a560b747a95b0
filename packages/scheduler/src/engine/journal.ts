import type { Emitter } from '../events.ts'
import { Statistics } from '../statistics/statistics.ts'
import type { Clock, ExecutionPatch, ExecutionRecord, ExecutionStore, TaskOptions } from '../types.ts'
import type { Execution } from './execution.ts'

/** Six tries over six seconds. */
const MOST_WRITES = 6
const WRITE_RETRY_MS = 100

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

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /** Stores a change, again and again for a while where the store fails. Given up, the next start finds it abandoned. */
  async write(execution: Execution, patch: ExecutionPatch): Promise<void> {
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

  /** An execution is over, and that is durable. */
  ended({ record, job, plannedAt }: Execution): void {
    const { events, statistics } = this.#options
    if (record.attempts.length > 0) job.lastEndedAt = record.endedAt
    statistics.add(record, plannedAt)
    job.statistics ??= new Statistics()
    job.statistics.add(record, plannedAt)
    this.announce(record)
    events.emit('execution:ended', () => ({ execution: record }))
  }

  /** Calls the task's callback. */
  announce(record: ExecutionRecord): void {
    const task = this.#options.task(record.task)
    const callback =
      record.status === 'success' ? task?.onSuccess : record.status === 'failed' ? task?.onFailure : undefined
    if (callback !== undefined) this.#options.events.guard(`task ${record.status}`, () => callback(record))
  }

  /** What an earlier process left, and this one ends for it. */
  endedBefore(record: ExecutionRecord): void {
    this.#options.statistics.add(record, record.scheduledAt)
    this.announce(record)
    this.#options.events.emit('execution:ended', () => ({ execution: record }))
  }
}
