import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { DEFAULT_GRACE_MS, DEFAULT_LIMIT, latestDue, planMisfire } from '../policies/misfire.ts'
import type { Clock, Instant } from '../types.ts'
import { DueHeap } from './due-heap.ts'
import type { Executor } from './executor.ts'
import { type Job, queueLimit } from './job.ts'

/** Before a claim is tried again that the store refused with an error. */
const CLAIM_RETRY_MS = 1000
/** Firings handed out, or ended, before the event loop gets its turn. */
const SLICE = 1000

/** Taken at load, so that faked globals cannot stop it. */
const macrotask = setImmediate

export interface PlannerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly events: Emitter
  readonly executor: Executor
  /** Whether the job may fire at all: not paused, its task known. */
  readonly mayFire: (job: Job) => boolean
}

/** Holds the due times of all jobs in one heap behind one wake-up, and hands out what is due. */
export class Planner {
  readonly #options: PlannerOptions
  readonly #heap = new DueHeap<Job>()
  /** Only while it runs does it take jobs; `handOut` sets the first of them going. */
  running = false
  #disarm: (() => void) | undefined
  #armedAt: Instant = Number.POSITIVE_INFINITY
  #ticking = false
  /** Claims and other store calls that nobody awaits. */
  #pending = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  /** Nothing more is handed out. */
  halt(): void {
    this.running = false
    this.#disarmWakeUp()
  }

  /** Plans the job for its next due time after `after`, or not at all. Follow with `arm`. */
  plan(job: Job, after: Instant): void {
    let next = this.running && this.#options.mayFire(job) ? job.next(after) : undefined
    if (next !== undefined && next <= after) {
      this.#stuck(job, after)
      next = undefined
    }
    job.nextAt = next
    if (next === undefined) {
      this.#heap.delete(job)
      return
    }
    job.plannedAt = next + job.jitter(next, this.#options.random)
    job.fireAt = job.plannedAt
    this.#heap.set(job)
  }

  take(job: Job): void {
    this.#heap.delete(job)
    this.arm()
  }

  /** Sets the one wake-up to the earliest due time. */
  arm(): void {
    const due = this.#heap.peek()
    if (due === undefined) this.#disarmWakeUp()
    if (due === undefined || !this.running || this.#ticking || due.fireAt === this.#armedAt) return
    this.#disarmWakeUp()
    this.#armedAt = due.fireAt
    this.#disarm = this.#options.clock.wakeAt(due.fireAt, () => {
      this.#disarm = undefined
      this.#armedAt = Number.POSITIVE_INFINITY
      this.handOut()
    })
  }

  /** Fires all that is due, in slices, then arms for the next. */
  handOut(): void {
    this.#ticking = true
    const now = this.#options.clock.now()
    for (let handled = 0; ; handled++) {
      const job = this.#heap.peek()
      if (!this.running || job === undefined || job.fireAt > now) break
      if (handled === SLICE) {
        macrotask(() => this.handOut())
        return
      }
      this.#due(job, now)
    }
    this.#ticking = false
    this.arm()
    this.#checkIdle()
  }

  /** How many executions may end in one turn of the event loop: few while others wait for their start. */
  get endsPerTurn(): number {
    return this.#ticking ? SLICE / 10 : SLICE
  }

  /** Resolves when nothing is due that was not handed out, and no claim is under way. */
  idle(): Promise<void> {
    if (!this.#ticking && this.#pending === 0) return Promise.resolve()
    this.#idle ??= Promise.withResolvers()
    return this.#idle.promise
  }

  /** Looks after a store call that nobody awaits. */
  background(operation: string, work: Promise<unknown>, failed?: () => void): void {
    this.#pending++
    work.then(this.#done, (error: unknown) => {
      this.#options.events.emit('scheduler:store-failed', () => ({ operation, error }))
      failed?.()
      this.#done()
    })
  }

  readonly #done = (): void => {
    this.#pending--
    this.#checkIdle()
  }

  #disarmWakeUp(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedAt = Number.POSITIVE_INFINITY
  }

  #due(job: Job, now: Instant): void {
    const { misfireGraceMs = DEFAULT_GRACE_MS } = job.config
    const { plannedAt } = job
    const due = job.nextAt ?? now
    if (now - plannedAt > misfireGraceMs) {
      this.#misfire(job, due, now, misfireGraceMs)
      return
    }
    // Fired first: an interval from the last end has no next time while an execution is under way.
    this.#fire(job, due, plannedAt, queueLimit(job))
    this.plan(job, due)
  }

  #misfire(job: Job, first: Instant, now: Instant, graceMs: number): void {
    const { misfire: policy = 'once', misfireLimit = DEFAULT_LIMIT } = job.config
    const plan = planMisfire(job, first, now, policy, graceMs, misfireLimit)
    const last = plan.fire.at(-1) ?? plan.missed.at(-1) ?? latestDue(job, first, now)
    this.#options.events.emit('job:missed', () => {
      return { jobId: job.id, first, last, policy, firing: plan.fire.length, recorded: plan.missed.length }
    })
    for (const due of plan.missed) this.#miss(job, due)
    for (const due of plan.fire) this.#fire(job, due, due, policy === 'all' ? misfireLimit : queueLimit(job))
    this.plan(job, last)
  }

  /** A trigger that stands still would fire in a hot loop. */
  #stuck(job: Job, after: Instant): void {
    job.stuck = true
    const error = new SchedulerError(
      'TRIGGER_STUCK',
      `Job ${job.id} does not move on from ${after}.`,
      'Report this bug.',
    )
    this.#options.events.emit('job:stuck', () => ({ jobId: job.id, error }))
  }

  #fire(job: Job, due: Instant, plannedAt: Instant, limit: number): void {
    const claim = this.#options.executor.fire(job, due, plannedAt, limit)
    this.background('claim', claim, () => this.#again(job, due, plannedAt))
  }

  #miss(job: Job, due: Instant): void {
    this.background('claim', this.#options.executor.miss(job, due), () => this.#again(job, due, due))
  }

  /** A claim failed. Not lost: it is due again in a moment, and its misfire policy decides when that becomes too late. */
  #again(job: Job, due: Instant, plannedAt: Instant): void {
    if (job.removed || !this.running || !this.#options.mayFire(job)) return
    if (job.nextAt === undefined || due < job.nextAt) {
      job.nextAt = due
      job.plannedAt = plannedAt
    }
    job.fireAt = this.#options.clock.now() + CLAIM_RETRY_MS
    this.#heap.set(job)
    this.arm()
  }

  #checkIdle(): void {
    if (this.#ticking || this.#pending > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }
}
