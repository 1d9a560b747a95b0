import { isDeepStrictEqual } from 'node:util'
import { SchedulerError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import type { TriggerCompiler } from '../triggers/compile.ts'
import type { Clock, ExecutionStore, Instant, JobRecord, JobView, ScheduleConfig } from '../types.ts'
import { checkConfig, quote, triggersOf } from '../validate.ts'
import type { Executor } from './executor.ts'
import { Job } from './job.ts'
import type { Planner } from './planner.ts'

/** Executions looked through for the last one that was tried. */
const LATEST = 20

export interface JobBookOptions {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly events: Emitter
  readonly compiler: TriggerCompiler
  readonly planner: Planner
  readonly executor: Executor
  readonly hasTask: (name: string) => boolean
}

/** The jobs: every change is stored before it is made, and changes of one job wait for each other. */
export class JobBook {
  readonly #options: JobBookOptions
  readonly #jobs = new Map<string, Job>()
  readonly #turns = new Map<string, Promise<void>>()
  #order = 0

  constructor(options: JobBookOptions) {
    this.#options = options
  }

  get all(): Iterable<Job> {
    return this.#jobs.values()
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  /** @throws SchedulerError `UNKNOWN_JOB` */
  get(id: string): Job {
    const job = this.#jobs.get(id)
    if (job !== undefined) return job
    throw new SchedulerError('UNKNOWN_JOB', `There is no job ${quote(id)}.`, 'jobs() lists those there are.')
  }

  /** Reads all jobs anew, once those changes are made that are under way. */
  async load(): Promise<void> {
    const { store } = this.#options
    await Promise.all(this.#turns.values())
    const records = await store.listJobs()
    this.#jobs.clear()
    for (const record of records) this.#jobs.set(record.config.id, this.#read(record))
    for (const job of this.#jobs.values()) {
      if (!job.followsEnd) continue
      const latest = await store.list({ jobId: job.id, limit: LATEST })
      job.lastEndedAt = latest.find((execution) => execution.attempts.length > 0)?.endedAt
    }
  }

  async add(config: ScheduleConfig): Promise<JobView> {
    const checked = checkConfig(config)
    return this.#inTurn(checked.id, async () => {
      if (!this.#jobs.has(checked.id)) return this.#addNew(checked)
      throw new SchedulerError(
        'DUPLICATE_JOB',
        `There is a job ${quote(checked.id)} already.`,
        'Use replace(), or another id.',
      )
    })
  }

  async replace(config: ScheduleConfig): Promise<JobView> {
    const checked = checkConfig(config)
    return this.#inTurn(checked.id, async () => {
      const old = this.#jobs.get(checked.id)
      if (old === undefined) return this.#addNew(checked)
      const same = sameTriggers(old.config, checked)
      const job = same ? this.#make({ ...old.record, config: checked }) : this.#makeNew(checked)
      if (same && old.config.paused === true && checked.paused !== true) job.lastScheduledAt = await this.#passOver(old)
      await this.#options.store.saveJob(job.record)
      // Claims go on meanwhile.
      if (same && old.lastScheduledAt !== undefined) job.scheduled(old.lastScheduledAt)
      old.become(job, this.#options.compiler)
      const view = this.#changed('job:replaced', old)
      this.released(old)
      return view
    })
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      const job = this.get(id)
      await this.#options.store.deleteJob(id)
      this.#forget(job, 'removed')
    })
  }

  pause(id: string): Promise<JobView> {
    return this.#inTurn(id, () => this.#pause(this.get(id)))
  }

  resume(id: string): Promise<JobView> {
    return this.#inTurn(id, () => this.#resume(this.get(id)))
  }

  pauseAll(): Promise<void> {
    return this.#changeAll((job) => this.#pause(job))
  }

  resumeAll(): Promise<void> {
    return this.#changeAll((job) => this.#resume(job))
  }

  /** Plans every job, or those of one task. */
  planAll(task?: string): void {
    for (const job of this.#jobs.values()) {
      if (task !== undefined && job.config.task !== task) continue
      this.#options.planner.plan(job, job.since)
      // A one-shot that ended when nobody was left to take it away.
      this.released(job)
    }
  }

  /** An execution of the job ended, or did not come to be: a trigger may count from that, or the job may be over. */
  released(job: Job): void {
    const { planner, clock, store } = this.#options
    if (job.removed || !planner.running) return
    // Planned from now on, a firing that is due by another trigger would be lost.
    if (job.followsEnd && !job.busy && !job.isDue(clock.now())) {
      planner.plan(job, Math.max(job.since, clock.now()))
      planner.arm()
    }
    if (!this.#isOver(job)) return
    const end = this.#inTurn(job.id, async () => {
      // A change that was under way may have given it new due times.
      if (job.removed || !this.#isOver(job)) return
      this.#forget(job, 'ended')
      await store.deleteJob(job.id)
    })
    planner.background('deleteJob', end)
  }

  view(job: Job): JobView {
    return job.view(!this.#options.hasTask(job.config.task))
  }

  /** @throws SchedulerError `UNKNOWN_TASK` */
  checkTask(name: string): void {
    if (this.#options.hasTask(name)) return
    throw new SchedulerError('UNKNOWN_TASK', `No task ${quote(name)} is registered.`, 'Call registerTask() first.')
  }

  /** Jobs of a config or a plugin stay until their owner takes them away; it would only add them anew. */
  #isOver({ nextAt, busy, stuck, config }: Job): boolean {
    const { origin, paused, task } = config
    if (origin === 'config' || origin === 'plugin' || paused === true) return false
    return nextAt === undefined && !busy && stuck === undefined && this.#options.hasTask(task)
  }

  /** One whose triggers cannot be read here (its zone is unknown to this machine, say) holds up no other. */
  #read(record: JobRecord): Job {
    const order = this.#order++
    try {
      return new Job(record, order, this.#options.compiler)
    } catch (error) {
      return new Job(record, order, error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #pause(job: Job): Promise<JobView> {
    if (job.config.paused === true) return this.view(job)
    const config = { ...job.config, paused: true }
    await this.#options.store.saveJob({ ...job.record, config })
    job.config = config
    return this.#changed('job:paused', job)
  }

  async #resume(job: Job): Promise<JobView> {
    if (job.config.paused !== true) return this.view(job)
    const lastScheduledAt = await this.#passOver(job)
    const { paused: _paused, ...config } = job.config
    await this.#options.store.saveJob({ ...job.record, config, lastScheduledAt })
    job.config = config
    job.lastScheduledAt = lastScheduledAt
    const view = this.#changed('job:resumed', job)
    this.released(job)
    return view
  }

  /** Changes every job, passing over those that are gone when their turn comes. */
  async #changeAll(change: (job: Job) => Promise<unknown>): Promise<void> {
    const changes = [...this.#jobs.keys()].map((id) => {
      return this.#inTurn(id, async () => {
        const job = this.#jobs.get(id)
        if (job !== undefined) await change(job)
      })
    })
    await Promise.all(changes)
  }

  async #addNew(config: ScheduleConfig): Promise<JobView> {
    const job = this.#makeNew(config)
    await this.#options.store.saveJob(job.record)
    this.#jobs.set(job.id, job)
    return this.#changed('job:added', job)
  }

  #makeNew(config: ScheduleConfig): Job {
    const job = this.#make({ config, createdAt: this.#options.clock.now() })
    if (job.next(job.since) !== undefined) return job
    throw new SchedulerError(
      'NEVER_FIRES',
      `Job ${quote(job.id)} is never due.`,
      'Check its days, years, start and end.',
    )
  }

  #make(record: JobRecord): Job {
    this.checkTask(record.config.task)
    return new Job(record, this.#order++, this.#options.compiler)
  }

  #changed(event: 'job:added' | 'job:replaced' | 'job:paused' | 'job:resumed', job: Job): JobView {
    const { planner, events } = this.#options
    planner.plan(job, job.since)
    planner.arm()
    const view = this.view(job)
    events.emit(event, () => ({ job: view }))
    return view
  }

  /**
   * The end of a pause: nothing is caught up. A series just goes on from now, the instant returned, but a single time
   * that passed will not come again: that is worth a record.
   */
  async #passOver(job: Job): Promise<Instant> {
    const now = this.#options.clock.now()
    for (const trigger of triggersOf(job.config)) {
      if (trigger.type !== 'at' || trigger.at <= job.since || trigger.at > now) continue
      await this.#options.executor.firings.miss(job, trigger.at)
    }
    return Math.max(job.lastScheduledAt ?? now, now)
  }

  #forget(job: Job, cause: 'removed' | 'ended'): void {
    job.removed = true
    this.#options.planner.take(job)
    if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id)
    this.#options.events.emit('job:removed', () => ({ jobId: job.id, cause }))
  }

  /** Runs `change` after those of the same job that came before it. */
  async #inTurn<T>(id: string, change: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(id)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turns.set(id, promise)
    try {
      if (before !== undefined) await before
      return await change()
    } finally {
      if (this.#turns.get(id) === promise) this.#turns.delete(id)
      resolve()
    }
  }
}

/** Whatever the order in which their keys were written, or a list of one was not. */
function sameTriggers(a: ScheduleConfig, b: ScheduleConfig): boolean {
  return isDeepStrictEqual(triggersOf(a), triggersOf(b))
}
