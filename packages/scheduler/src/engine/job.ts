import type { Statistics } from '../statistics/statistics.ts'
import type { TriggerCompiler } from '../triggers/compile.ts'
import { every, type Times, within } from '../triggers/times.ts'
import type { Instant, JobRecord, JobView, ScheduleConfig } from '../types.ts'
import { triggersOf } from '../validate.ts'
import type { Due } from './due-heap.ts'
import type { Execution } from './execution.ts'

interface Series {
  readonly times: Times
  readonly jitterMs: number
  /** Holds from the job's creation on; a single time may lie before it. */
  readonly repeats: boolean
}

/** A job at work: its record, its place in the heap, and what is under way of it. */
export class Job implements Due, Times {
  config: ScheduleConfig
  createdAt: Instant
  lastScheduledAt: Instant | undefined
  /** Where an interval `from: 'last-end'` counts from. */
  lastEndedAt: Instant | undefined
  nextAt: Instant | undefined
  /** `nextAt` and its jitter: what lateness is measured from. */
  plannedAt: Instant = Number.POSITIVE_INFINITY
  /** When the scheduler looks after it: `plannedAt`, or later where the store refused the claim. */
  fireAt: Instant = Number.POSITIVE_INFINITY
  readonly order: number
  heapIndex = -1
  /** Executions that are claimed, or being claimed, and not over; those in `waiting` not counted. */
  holders = 0
  waiting: Execution[] = NOBODY
  /** The last of its firings that is being claimed; they are claimed in order. */
  claiming: Execution | undefined
  /** Why its triggers cannot be followed; it is kept, but does not fire. */
  stuck: Error | undefined
  /** Taken away; an execution may still be under way. */
  removed = false
  /** Made when the first execution ended. */
  statistics: Statistics | undefined
  #series: readonly Series[]

  /**
   * @param triggers what compiles them, or why that failed
   * @throws SchedulerError what is wrong with a trigger
   */
  constructor(record: JobRecord, order: number, triggers: TriggerCompiler | Error) {
    this.config = record.config
    this.createdAt = record.createdAt
    this.lastScheduledAt = record.lastScheduledAt
    this.order = order
    this.stuck = triggers instanceof Error ? triggers : undefined
    this.#series = triggers instanceof Error ? [] : compile(record.config, this.createdAt, this, triggers)
  }

  /** Takes over the config and times of `other`; what is under way stays. */
  become(other: Job, compiler: TriggerCompiler): void {
    this.config = other.config
    this.createdAt = other.createdAt
    this.lastScheduledAt = other.lastScheduledAt
    this.stuck = undefined
    // Compiled anew: the series may count from this job's executions, and the other's has none.
    this.#series = compile(other.config, other.createdAt, this, compiler)
  }

  get id(): string {
    return this.config.id
  }

  get record(): JobRecord {
    const record = { config: this.config, createdAt: this.createdAt }
    return this.lastScheduledAt === undefined ? record : { ...record, lastScheduledAt: this.lastScheduledAt }
  }

  view(taskMissing: boolean): JobView {
    const view = { ...this.record, active: this.holders + this.waiting.length, taskMissing }
    return this.nextAt === undefined ? view : { ...view, nextAt: this.nextAt }
  }

  /** The first due instant after `after`; repeating triggers hold from the job's creation on. */
  next(after: Instant): Instant | undefined {
    let earliest: Instant | undefined
    const since = Math.max(after, this.createdAt)
    for (const { times, repeats } of this.#series) {
      const next = times.next(repeats ? since : after)
      if (next !== undefined && (earliest === undefined || next < earliest)) earliest = next
    }
    return earliest
  }

  /** How much later than `due` it fires. */
  jitter(due: Instant, random: () => number): number {
    let most = 0
    for (const { times, jitterMs } of this.#series) {
      if (jitterMs > most && times.next(due - 1) === due) most = jitterMs
    }
    return most === 0 ? 0 : Math.floor(random() * (most + 1))
  }

  /** A due time was claimed, or recorded as missed. */
  scheduled(at: Instant): void {
    if (this.lastScheduledAt === undefined || at > this.lastScheduledAt) this.lastScheduledAt = at
  }

  /** Where the search for the next due time starts after a (re)start. */
  get since(): Instant {
    return this.lastScheduledAt ?? Number.NEGATIVE_INFINITY
  }

  get busy(): boolean {
    return this.holders > 0 || this.waiting.length > 0
  }

  /** The earliest due time that is not claimed. A later one that is claimed before it makes a crash lose it. */
  get unclaimed(): Instant {
    return (this.claiming === undefined ? this.nextAt : this.next(this.since)) ?? Number.POSITIVE_INFINITY
  }

  /** True where a firing is due that is not claimed: it is being handed out, put off by jitter, or tried again. */
  isDue(now: Instant): boolean {
    return this.nextAt !== undefined && this.nextAt <= now
  }

  /** True where some trigger counts from the end of the last execution. */
  get followsEnd(): boolean {
    return triggersOf(this.config).some((trigger) => trigger.type === 'interval' && trigger.from === 'last-end')
  }
}

/** How many firings may wait for their turn. */
export function queueLimit(job: Job): number {
  return job.config.overlap === 'queue' ? (job.config.queueLimit ?? 1) : 0
}

/** Shared by all jobs of which nobody waits, to keep them small; replaced before it is written to. */
export const NOBODY: Execution[] = Object.freeze([]) as never

function compile(config: ScheduleConfig, createdAt: Instant, job: Job, compiler: TriggerCompiler): Series[] {
  return triggersOf(config).map((trigger) => {
    const compiled = compiler.compile(trigger, createdAt)
    if (trigger.type === 'at') return { times: compiled, jitterMs: 0, repeats: false }
    const followsEnd = trigger.type === 'interval' && trigger.from === 'last-end'
    const times = followsEnd
      ? within(sinceEnd(trigger.everyMs, trigger.anchor, job), trigger.start, trigger.end)
      : compiled
    return { times, jitterMs: trigger.jitterMs ?? 0, repeats: true }
  })
}

/** `everyMs` after the last end; while an execution is under way there is none to count from. */
function sinceEnd(everyMs: number, anchor: Instant | undefined, job: Job): Times {
  return {
    next: (after) => {
      if (job.busy) return undefined
      if (job.lastEndedAt !== undefined) return every(everyMs, job.lastEndedAt).next(Math.max(after, job.lastEndedAt))
      return every(everyMs, anchor ?? job.createdAt).next(after)
    },
  }
}
