import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { DEFAULT_GRACE_MS, DEFAULT_LIMIT, latestDue, planMisfire } from '../policies/misfire.ts'
import type { Clock, Instant } from '../types.ts'
import { DueHeap, TAKEN } from './due-heap.ts'
import type { Execution } from './execution.ts'
import type { Executor } from './executor.ts'
import { type Job, queueLimit } from './job.ts'
import { type Pace, Queue, type Source } from './pace.ts'

/** Before a claim is tried again that the store refused with an error. */
const CLAIM_RETRY_MS = 1000
/** Jobs whose firings are claimed together. */
const BATCH = 128

export interface PlannerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly events: Emitter
  readonly executor: Executor
  readonly pace: Pace
  /** Whether the job may fire at all: not paused, its task known. */
  readonly mayFire: (job: Job) => boolean
}

/** Holds the due times of all jobs in one heap behind one wake-up, and hands out what is due. */
export class Planner implements Source {
  readonly #options: PlannerOptions
  readonly #heap = new DueHeap<Job>()
  /** Only while it runs does it take jobs; `handOut` sets the first of them going. */
  running = false
  #disarm: (() => void) | undefined
  #armedAt: Instant = Number.POSITIVE_INFINITY
  /** Due, and taken out of the heap; those that were planned anew meanwhile, or not at all, are passed over. */
  readonly #due = new Queue<Job>()
  /** Due, but waiting for the outcome of an earlier claim of their own: a job's firings are claimed in order. */
  readonly #held = new Set<Job>()
  /** Claims and other store calls that nobody awaits. */
  #pending = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor(options: PlannerOptions) {
    this.#options = options
    options.pace.serve('claim', this)
  }

  /** Nothing more is handed out. */
  halt(): void {
    this.running = false
    this.#disarmWakeUp()
  }

  /**
   * Plans the job for its next due time after `after`, or not at all. Follow with `arm`.
   * @param notBefore when the firing before it was planned: jitter never changes their order
   */
  plan(job: Job, after: Instant, notBefore = Number.NEGATIVE_INFINITY): void {
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
    job.plannedAt = Math.max(next + job.jitter(next, this.#options.random), notBefore)
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
    if (due === undefined || !this.running || due.fireAt === this.#armedAt) return
    this.#disarmWakeUp()
    this.#armedAt = due.fireAt
    this.#disarm = this.#options.clock.wakeAt(due.fireAt, () => {
      this.#disarm = undefined
      this.#armedAt = Number.POSITIVE_INFINITY
      this.handOut()
    })
  }

  /** Fires all that is due, and arms for what comes after it. */
  handOut(): void {
    for (const job of this.#heap.takeDue(this.#options.clock.now())) this.#due.push(job)
    this.arm()
    this.#options.pace.wake()
    this.#checkIdle()
  }

  /** Jobs that wait for their claim. */
  get size(): number {
    return this.#due.size
  }

  /** Claims the firings of some of the jobs that are due. */
  work(): boolean {
    if (this.#due.size === 0) return false
    const now = this.#options.clock.now()
    const executions: Execution[] = []
    for (let n = Math.min(BATCH, this.#due.size); n > 0; n--) {
      const job = this.#due.shift()
      if (job?.heapIndex !== TAKEN || !this.running) continue
      if (job.claiming !== undefined) this.#held.add(job)
      else this.#fall(job, now, executions)
    }
    for (const execution of executions) execution.job.claiming = execution
    this.#pending += executions.length
    this.#options.executor.firings.claim(executions, this.#claimed)
    this.arm()
    this.#checkIdle()
    return true
  }

  /** Resolves when nothing is due that was not handed out, and no claim is under way. */
  idle(): Promise<void> {
    if (this.#due.size === 0 && this.#pending === 0) return Promise.resolve()
    this.#idle ??= Promise.withResolvers()
    return this.#idle.promise
  }

  /** Looks after a store call that nobody awaits. */
  background(operation: string, work: Promise<unknown>): void {
    this.#pending++
    work.then(this.#done, (error: unknown) => {
      this.#options.events.emit('scheduler:store-failed', () => ({ operation, error }))
      this.#done()
    })
  }

  readonly #claimed = (execution: Execution, failed: boolean): void => {
    const { job } = execution
    if (failed) this.#again(job, execution.record.scheduledAt, execution.plannedAt)
    if (job.claiming === execution) {
      job.claiming = undefined
      if (this.#held.delete(job)) {
        this.#due.push(job)
        this.#options.pace.wake()
      }
    }
    this.#done()
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

  /** The job is due: its firings go to `executions`, and it is planned for the time after them. */
  #fall(job: Job, now: Instant, executions: Execution[]): void {
    const { misfireGraceMs = DEFAULT_GRACE_MS } = job.config
    const { plannedAt } = job
    const due = job.nextAt ?? now
    if (now - plannedAt > misfireGraceMs) {
      this.#misfire(job, due, now, misfireGraceMs, executions)
      return
    }
    // Fired first: an interval from the last end has no next time while an execution is under way.
    executions.push(this.#options.executor.firings.prepare(job, due, plannedAt, queueLimit(job)))
    this.plan(job, due, plannedAt)
  }

  #misfire(job: Job, first: Instant, now: Instant, graceMs: number, executions: Execution[]): void {
    const { misfire: policy = 'once', misfireLimit = DEFAULT_LIMIT } = job.config
    const plan = planMisfire(job, first, now, policy, graceMs, misfireLimit)
    const last = plan.fire.at(-1) ?? plan.missed.at(-1) ?? latestDue(job, first, now)
    this.#options.events.emit('job:missed', () => {
      return { jobId: job.id, first, last, policy, firing: plan.fire.length, recorded: plan.missed.length }
    })
    for (const due of plan.missed) executions.push(this.#options.executor.firings.prepareMissed(job, due))
    const limit = policy === 'all' ? misfireLimit : queueLimit(job)
    for (const due of plan.fire) executions.push(this.#options.executor.firings.prepare(job, due, due, limit))
    this.plan(job, last)
  }

  /** A trigger that stands still would fire in a hot loop. */
  #stuck(job: Job, after: Instant): void {
    const error = new SchedulerError(
      'TRIGGER_STUCK',
      `Job ${job.id} does not move on from ${after}.`,
      'Report this bug.',
    )
    job.stuck = error
    this.#options.events.emit('job:stuck', () => ({ jobId: job.id, error }))
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
    if (this.#due.size > 0 || this.#pending > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }
}
