import type { ExecutionRecord } from '../types.ts'
import { Histogram } from './histogram.ts'

/** Of a series of durations, in ms; all 0 where there were none. Percentiles are right to 1 %. */
export interface DurationStatistics {
  readonly count: number
  readonly meanMs: number
  readonly minMs: number
  readonly maxMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** What ended since the scheduler was made, or since the job was loaded. */
export interface SchedulerStatistics {
  /** All that ended: success, failure and cancelled. */
  readonly total: number
  readonly success: number
  readonly failure: number
  /** Missed and overlapping firings included. */
  readonly cancelled: number
  /** Attempts beyond the first ones. */
  readonly retries: number
  /** From the first attempt's start to the end, of executions that were tried. */
  readonly duration: DurationStatistics
  /** From the planned time (jitter included) to the first attempt's start. */
  readonly lateness: DurationStatistics
}

/** Streaming: keeps counts, no records. */
export class Statistics {
  #success = 0
  #failure = 0
  #cancelled = 0
  #retries = 0
  readonly #duration = new Durations()
  readonly #lateness = new Durations()

  /** @param plannedAt when its first attempt should have begun */
  add(execution: ExecutionRecord, plannedAt: number): void {
    if (execution.status === 'success') this.#success++
    else if (execution.status === 'failed') this.#failure++
    else this.#cancelled++
    const { attempts, endedAt } = execution
    const first = attempts[0]
    if (first === undefined || endedAt === undefined) return
    this.#retries += attempts.length - 1
    this.#duration.add(endedAt - first.startedAt)
    this.#lateness.add(first.startedAt - plannedAt)
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
  /** From the second value on: one is known by its sum. */
  #histogram: Histogram | undefined

  add(ms: number): void {
    // A clock that was set back in between makes no negative durations.
    const value = Math.max(0, ms)
    if (this.#count === 1) {
      this.#histogram = new Histogram()
      this.#histogram.add(this.#sum)
    }
    this.#histogram?.add(value)
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  read(): DurationStatistics {
    const count = this.#count
    const within = (value: number): number => Math.min(Math.max(value, this.#min), this.#max)
    const [p50 = this.#max, p95 = this.#max, p99 = this.#max] =
      this.#histogram?.quantiles([0.5, 0.95, 0.99]).map(within) ?? []
    return {
      count,
      meanMs: count === 0 ? 0 : this.#sum / count,
      minMs: count === 0 ? 0 : this.#min,
      maxMs: this.#max,
      p50Ms: p50,
      p95Ms: p95,
      p99Ms: p99,
    }
  }
}
