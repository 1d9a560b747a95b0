import type { ExecutionRecord } from './types.ts'

/** Of a series of durations, in ms; all 0 where there were none. */
export interface DurationStatistics {
  readonly count: number
  readonly meanMs: number
  readonly minMs: number
  readonly maxMs: number
}

/** What ended since the scheduler was made. */
export interface SchedulerStatistics {
  readonly total: number
  readonly success: number
  readonly failure: number
  readonly cancelled: number
  /** Attempts beyond the first ones. */
  readonly retries: number
  /** From the first attempt's start to the end, of executions that were tried. */
  readonly duration: DurationStatistics
  /** From the due time to the first attempt's start. */
  readonly lateness: DurationStatistics
}

/** Streaming: keeps sums, no records. */
export class Statistics {
  #success = 0
  #failure = 0
  #cancelled = 0
  #retries = 0
  readonly #duration = new Durations()
  readonly #lateness = new Durations()

  add(execution: ExecutionRecord, fireAt: number): void {
    if (execution.status === 'success') this.#success++
    else if (execution.status === 'failed') this.#failure++
    else this.#cancelled++
    const { attempts, endedAt } = execution
    const first = attempts[0]
    if (first === undefined || endedAt === undefined) return
    this.#retries += attempts.length - 1
    this.#duration.add(endedAt - first.startedAt)
    this.#lateness.add(first.startedAt - fireAt)
  }

  read(): SchedulerStatistics {
    return {
      total: this.#success + this.#failure + this.#cancelled,
      success: this.#success,
      failure: this.#failure,
      cancelled: this.#cancelled,
      retries: this.#retries,
      duration: this.#duration.read(),
      lateness: this.#lateness.read(),
    }
  }
}

class Durations {
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  add(ms: number): void {
    const value = Math.max(0, ms)
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  read(): DurationStatistics {
    const count = this.#count
    return { count, meanMs: count === 0 ? 0 : this.#sum / count, minMs: count === 0 ? 0 : this.#min, maxMs: this.#max }
  }
}
