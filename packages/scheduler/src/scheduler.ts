import { systemClock } from './clock.ts'
import { DueHeap } from './engine/due-heap.ts'
import { Executor, type RegisteredTask } from './engine/executor.ts'
import { Job } from './engine/job.ts'
import { type ConcurrencyLimits, Slots } from './engine/slots.ts'
import { SchedulerError } from './errors.ts'
import { Emitter, type Listener, type SchedulerEvent } from './events.ts'
import { uuidV7 } from './ids.ts'
import { DEFAULT_GRACE_MS, DEFAULT_LIMIT, latestDue, planMisfire } from './policies/misfire.ts'
import { type SchedulerStatistics, Statistics } from './statistics.ts'
import { TriggerCompiler } from './triggers/compile.ts'
import { take } from './triggers/next-runs.ts'
import type {
  Clock,
  ExecutionCallback,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  Instant,
  JobRecord,
  JobView,
  ScheduleConfig,
  Task,
  TaskOptions,
} from './types.ts'
import { checkConfig, quote } from './validate.ts'

export interface PluginSchedulerOptions {
  readonly store: ExecutionStore
  /** Default: the system's. */
  readonly clock?: Clock
  /** From 0 up to 1; draws jitter. Default `Math.random`. */
  readonly random?: () => number
  /** IANA zone of cron triggers that name none; default UTC. */
  readonly timeZone?: string
  /** Ids of executions: unique, and increasing. Default UUIDv7. */
  readonly newId?: () => string
  /** Limits of what runs side by side; a number limits the whole scheduler. Default: none. */
  readonly concurrency?: number | ConcurrencyLimits
  readonly onSuccess?: ExecutionCallback
  readonly onFailure?: ExecutionCallback
}

export interface StopOptions {
  /** How long running executions may go on before they are aborted, in ms; default 30,000. */
  readonly timeoutMs?: number
}

const DEFAULT_STOP_TIMEOUT_MS = 30_000
/** Before a claim is tried again that the store refused with an error. */
const CLAIM_RETRY_MS = 1000
/** Executions looked through for the last one that was tried. */
const LATEST = 20
/** Firings handed out before the event loop gets its turn. */
const SLICE = 500

/** Taken at load, so that faked globals cannot stop it. */
const macrotask = setImmediate

/** Says when tasks run, records what became of them, and is right about both. */
export class PluginScheduler {
  readonly #store: ExecutionStore
  readonly #clock: Clock
  readonly #random: () => number
  readonly #compiler: TriggerCompiler
  readonly #events = new Emitter()
  readonly #statistics = new Statistics()
  readonly #executor: Executor
  readonly #tasks = new Map<string, RegisteredTask>()
  readonly #jobs = new Map<string, Job>()
  readonly #heap = new DueHeap<Job>()
  #order = 0
  #state: 'new' | 'starting' | 'started' | 'stopping' = 'new'
  #loaded: Promise<void> | undefined
  #starting: Promise<void> | undefined
  #disarm: (() => void) | undefined
  #armedAt: Instant = Number.POSITIVE_INFINITY
  #ticking = false
  /** Claims and other store calls that nobody awaits. */
  #pending = 0
  #idle: PromiseWithResolvers<void> | undefined

  /** @throws SchedulerError `UNKNOWN_TIME_ZONE` */
  constructor(options: PluginSchedulerOptions) {
    const { concurrency } = options
    this.#store = options.store
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#compiler = new TriggerCompiler(options.timeZone ?? 'UTC')
    this.#executor = new Executor({
      store: this.#store,
      clock: this.#clock,
      random: this.#random,
      newId: options.newId ?? uuidV7(this.#clock),
      events: this.#events,
      statistics: this.#statistics,
      slots: new Slots(typeof concurrency === 'number' ? { total: concurrency } : concurrency),
      task: (name) => this.#tasks.get(name),
      onReleased: (job) => this.#released(job),
    })
    const { onSuccess, onFailure } = options
    this.on('execution:ended', ({ execution }) => {
      if (execution.status === 'success') return onSuccess?.(execution)
      if (execution.status === 'failed') return onFailure?.(execution)
    })
  }

  /** Names a task. Register before `start()`: stored jobs whose task is missing then are reported and do not fire. */
  registerTask(name: string, run: Task, options: TaskOptions = {}): void {
    if (this.#tasks.has(name)) {
      throw new SchedulerError('DUPLICATE_TASK', `Task ${quote(name)} is registered already.`, 'Choose another name.')
    }
    this.#tasks.set(name, { ...options, run })
    for (const job of this.#jobs.values()) if (job.config.task === name) this.#schedule(job, job.since)
    this.#arm()
  }

  /** Reads the stored jobs without arming them; `start` and the calls that change jobs do it where needed. */
  load(): Promise<void> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = undefined
      throw error
    })
    return this.#loaded
  }

  /**
   * Recovers what an earlier process left unfinished, loads the stored jobs and arms them; due times that passed
   * meanwhile follow their jobs' misfire policy. Does nothing where it is started already.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined
      this.#state = 'new'
      throw error
    })
    return this.#starting
  }

  /**
   * Adds a job; it is durable when the promise resolves.
   * @throws SchedulerError before anything is registered; `DUPLICATE_JOB`, `UNKNOWN_TASK`, `NEVER_FIRES` or what is wrong with the config
   */
  async add(config: ScheduleConfig): Promise<JobView> {
    await this.load()
    const id = config?.id
    if (this.#jobs.has(id)) {
      throw new SchedulerError('DUPLICATE_JOB', `There is a job ${quote(id)} already.`, 'Use replace(), or another id.')
    }
    const job = this.#make({ config: checkConfig(config), createdAt: this.#clock.now() })
    // Taken before the store answers, so that a second add of the same id is refused meanwhile.
    this.#jobs.set(job.id, job)
    try {
      await this.#store.saveJob(job.record)
    } catch (error) {
      this.#jobs.delete(job.id)
      throw error
    }
    this.#schedule(job, job.since)
    this.#arm()
    return this.#announce('job:added', job)
  }

  /**
   * Adds a job or puts a new config in place of the one with its id. With the same triggers it keeps its due times;
   * with other ones it starts afresh from now. What is under way goes on under the old config.
   * @throws SchedulerError as `add` does
   */
  async replace(config: ScheduleConfig): Promise<JobView> {
    await this.load()
    const old = this.#jobs.get(config?.id)
    if (old === undefined) return this.add(config)
    const checked = checkConfig(config)
    const sameTriggers = JSON.stringify(old.config.triggers) === JSON.stringify(checked.triggers)
    const kept = sameTriggers ? old.record : { createdAt: this.#clock.now() }
    const job = this.#make({ ...kept, config: checked })
    await this.#store.saveJob(job.record)
    old.become(job)
    this.#schedule(old, old.since)
    this.#arm()
    return this.#announce('job:replaced', old)
  }

  /** Takes a job away; its executions stay in the history, and one under way goes on. @throws `UNKNOWN_JOB` */
  async remove(id: string): Promise<void> {
    await this.load()
    const job = this.#job(id)
    await this.#store.deleteJob(id)
    this.#forget(job, 'removed')
  }

  /** Nothing fires until `resume`; what is under way goes on. @throws `UNKNOWN_JOB` */
  async pause(id: string): Promise<JobView> {
    await this.load()
    const job = this.#job(id)
    if (job.config.paused === true) return this.#view(job)
    await this.#store.saveJob({ ...job.record, config: { ...job.config, paused: true } })
    job.config = { ...job.config, paused: true }
    this.#schedule(job, job.since)
    this.#arm()
    return this.#announce('job:paused', job)
  }

  /** Goes on with the next due time from now; nothing is caught up. @throws `UNKNOWN_JOB` */
  async resume(id: string): Promise<JobView> {
    await this.load()
    const job = this.#job(id)
    if (job.config.paused !== true) return this.#view(job)
    const { paused: _paused, ...config } = job.config
    const lastScheduledAt = Math.max(job.lastScheduledAt ?? 0, this.#clock.now())
    await this.#store.saveJob({ ...job.record, config, lastScheduledAt })
    job.config = config
    job.lastScheduledAt = lastScheduledAt
    this.#schedule(job, lastScheduledAt)
    this.#arm()
    return this.#announce('job:resumed', job)
  }

  /**
   * Fires a job now, paused or not, under its overlap policy. Resolves with the execution as it was claimed;
   * `settled` tells its end.
   * @throws SchedulerError `UNKNOWN_JOB`, `UNKNOWN_TASK`, `NOT_STARTED`
   */
  async runNow(id: string): Promise<ExecutionRecord> {
    if (this.#state !== 'started') {
      throw new SchedulerError('NOT_STARTED', 'The scheduler is not running.', 'Call start() first.')
    }
    const job = this.#job(id)
    this.#checkTask(job.config)
    const now = this.#clock.now()
    // A due time or another call can have taken this very millisecond.
    for (let at = now; ; at++) {
      const record = await this.#executor.fire(job, at, now, queueLimit(job))
      if (record !== undefined) return record
    }
  }

  /** Cancels an execution that is not over. Resolves once its end is durable; false where there is none to cancel. */
  async cancel(executionId: string, reason?: string): Promise<boolean> {
    const execution = this.#executor.active.get(executionId)
    if (execution === undefined) return false
    this.#executor.interrupt(execution, { kind: 'cancel', reason })
    const { status } = await execution.settled
    return status === 'cancelled'
  }

  /**
   * The final record of an execution, once it is over and durable; also where it is over already.
   * @throws SchedulerError `UNKNOWN_EXECUTION` where this scheduler neither runs nor remembers it
   */
  async settled(executionId: string): Promise<ExecutionRecord> {
    const active = this.#executor.active.get(executionId)
    if (active !== undefined) return active.settled
    const record = await this.#store.get(executionId)
    if (record?.endedAt !== undefined) return record
    throw new SchedulerError(
      'UNKNOWN_EXECUTION',
      `No execution ${quote(executionId)} is known here.`,
      'It may have left the history, or belong to another process.',
    )
  }

  /** All jobs, in the order in which they came. Empty before `load()` or `start()`. */
  jobs(): readonly JobView[] {
    return [...this.#jobs.values()].map((job) => this.#view(job))
  }

  job(id: string): JobView | undefined {
    const job = this.#jobs.get(id)
    return job === undefined ? undefined : this.#view(job)
  }

  /** The next `n` due times of a job from now on, all of its triggers together; jitter is left out. @throws `UNKNOWN_JOB` */
  nextRuns(id: string, n: number): readonly Instant[] {
    return take(this.#job(id), n, this.#clock.now())
  }

  history(query: ExecutionQuery = {}): Promise<readonly ExecutionRecord[]> {
    return this.#store.list(query)
  }

  statistics(): SchedulerStatistics {
    return this.#statistics.read()
  }

  /** Calls `listener` on every such event until the returned function is called. */
  on<E extends SchedulerEvent>(event: E, listener: Listener<E>): () => void {
    return this.#events.on(event, listener)
  }

  /** Resolves when every firing due by now is claimed (running ones may go on). For tests with a manual clock. */
  idle(): Promise<void> {
    if (!this.#ticking && this.#pending === 0) return Promise.resolve()
    this.#idle ??= Promise.withResolvers()
    return this.#idle.promise
  }

  /**
   * Fires nothing more, waits for what runs, aborts what is left after `timeoutMs`, and resolves when all of it is
   * recorded. Executions that wait for a turn or a retry are not waited for. It can be started again.
   */
  async stop({ timeoutMs = DEFAULT_STOP_TIMEOUT_MS }: StopOptions = {}): Promise<void> {
    if (this.#state === 'starting') await this.#starting
    this.#state = 'stopping'
    this.#executor.stopping = true
    this.#disarmWakeUp()
    await this.idle()
    const settled = [...this.#executor.active.values()].map((execution) => execution.settled)
    const interrupt = (which: (running: boolean) => boolean): void => {
      for (const execution of this.#executor.active.values()) {
        const running = execution.record.status === 'running' && execution.holdsSlot
        if (which(running)) this.#executor.interrupt(execution, { kind: 'stop' })
      }
    }
    interrupt((running) => !running)
    const disarm = this.#clock.wakeAt(this.#clock.now() + timeoutMs, () => interrupt(() => true))
    await Promise.all(settled)
    disarm()
    this.#state = 'new'
    this.#starting = undefined
    this.#loaded = undefined
    this.#executor.stopping = false
    for (const job of this.#jobs.values()) this.#schedule(job, job.since)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #load(): Promise<void> {
    const records = await this.#store.listJobs()
    this.#jobs.clear()
    for (const record of records) {
      const job = new Job(record, this.#order++, this.#compiler)
      this.#jobs.set(job.id, job)
    }
  }

  async #start(): Promise<void> {
    this.#state = 'starting'
    await this.load()
    for (const job of this.#jobs.values()) {
      if (!job.followsEnd) continue
      const latest = await this.#store.list({ jobId: job.id, limit: LATEST })
      job.lastEndedAt = latest.find((execution) => execution.attempts.length > 0)?.endedAt
    }
    const unfinished = await this.#store.unfinished()
    await Promise.all(unfinished.map((record) => this.#executor.recover(record, this.#jobs.get(record.jobId))))
    this.#state = 'started'
    for (const job of this.#jobs.values()) {
      if (!this.#tasks.has(job.config.task)) {
        this.#events.emit('job:task-missing', () => ({ jobId: job.id, task: job.config.task }))
      }
      this.#schedule(job, job.since)
    }
    this.#tick()
  }

  #make(record: JobRecord): Job {
    this.#checkTask(record.config)
    const job = new Job(record, this.#order++, this.#compiler)
    if (job.next(job.since) === undefined) {
      throw new SchedulerError('NEVER_FIRES', `Job ${quote(job.id)} is never due.`, 'Check its days, years and end.')
    }
    return job
  }

  #checkTask(config: ScheduleConfig): void {
    if (this.#tasks.has(config.task)) return
    throw new SchedulerError(
      'UNKNOWN_TASK',
      `No task ${quote(config.task)} is registered.`,
      'Call registerTask() first.',
    )
  }

  /** Puts the job's next due time after `after` into the heap, or takes the job out. */
  #schedule(job: Job, after: Instant): void {
    const armed = this.#state === 'started' && job.config.paused !== true && this.#tasks.has(job.config.task)
    const next = armed ? job.next(after) : undefined
    if (next !== undefined && next <= after) {
      throw new SchedulerError('TRIGGER_STUCK', `Job ${quote(job.id)} does not move on.`, 'Report this as a bug.')
    }
    job.nextAt = next
    if (next === undefined) {
      this.#heap.delete(job)
      return
    }
    job.plannedAt = next + job.jitter(next, this.#random)
    job.fireAt = job.plannedAt
    this.#heap.set(job)
  }

  #arm(): void {
    const due = this.#heap.peek()
    if (this.#state !== 'started' || this.#ticking || due === undefined) {
      if (due === undefined) this.#disarmWakeUp()
      return
    }
    if (due.fireAt === this.#armedAt) return
    this.#disarmWakeUp()
    this.#armedAt = due.fireAt
    this.#disarm = this.#clock.wakeAt(due.fireAt, () => {
      this.#disarm = undefined
      this.#armedAt = Number.POSITIVE_INFINITY
      this.#tick()
    })
  }

  #disarmWakeUp(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedAt = Number.POSITIVE_INFINITY
  }

  /** Fires all that is due, in slices, then arms for the next. */
  #tick(): void {
    this.#ticking = true
    const now = this.#clock.now()
    for (let handled = 0; ; handled++) {
      const job = this.#heap.peek()
      if (this.#state !== 'started' || job === undefined || job.fireAt > now) break
      if (handled === SLICE) {
        macrotask(() => this.#tick())
        return
      }
      this.#due(job, now)
    }
    this.#ticking = false
    this.#arm()
    this.#checkIdle()
  }

  #due(job: Job, now: Instant): void {
    const { misfireGraceMs = DEFAULT_GRACE_MS } = job.config
    const due = job.nextAt ?? now
    if (now - job.plannedAt > misfireGraceMs) {
      this.#misfire(job, due, now, misfireGraceMs)
      return
    }
    const { plannedAt } = job
    this.#schedule(job, due)
    this.#fire(job, due, plannedAt, queueLimit(job))
  }

  #misfire(job: Job, first: Instant, now: Instant, graceMs: number): void {
    const { misfire: policy = 'once', misfireLimit = DEFAULT_LIMIT } = job.config
    const plan = planMisfire(job, first, now, policy, graceMs, misfireLimit)
    const last = latestDue(job, first, now)
    this.#schedule(job, last)
    this.#events.emit('job:missed', () => {
      return { jobId: job.id, first, last, policy, firing: plan.fire.length, recorded: plan.missed.length }
    })
    for (const due of plan.missed) this.#background('claim', this.#executor.miss(job, due))
    for (const due of plan.fire) this.#fire(job, due, due, policy === 'all' ? misfireLimit : queueLimit(job))
  }

  #fire(job: Job, due: Instant, plannedAt: Instant, limit: number): void {
    this.#background('claim', this.#executor.fire(job, due, plannedAt, limit), () => {
      // Not lost: it is due again in a moment, and its misfire policy decides when that becomes too late.
      if (this.#jobs.get(job.id) !== job || this.#state !== 'started' || job.config.paused === true) return
      if (job.nextAt === undefined || due < job.nextAt) {
        job.nextAt = due
        job.plannedAt = plannedAt
      }
      job.fireAt = this.#clock.now() + CLAIM_RETRY_MS
      this.#heap.set(job)
      this.#arm()
    })
  }

  #background(operation: string, work: Promise<unknown>, failed?: () => void): void {
    this.#pending++
    void work
      .catch((error: unknown) => {
        this.#events.emit('scheduler:store-failed', () => ({ operation, error }))
        failed?.()
      })
      .finally(() => {
        this.#pending--
        this.#checkIdle()
      })
  }

  #checkIdle(): void {
    if (this.#ticking || this.#pending > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }

  /** An execution of the job ended: a trigger may count from that, or the job may be over. */
  #released(job: Job): void {
    const current = this.#jobs.get(job.id)
    if (current !== job || this.#state !== 'started') return
    if (job.nextAt === undefined && job.followsEnd) {
      this.#schedule(job, this.#clock.now())
      this.#arm()
    }
    const { origin, paused } = job.config
    const over = job.nextAt === undefined && !job.busy && paused !== true && this.#tasks.has(job.config.task)
    // Jobs of a config or a plugin stay until their owner takes them away; it would only add them anew.
    if (!over || origin === 'config' || origin === 'plugin') return
    this.#forget(job, 'ended')
    this.#background('deleteJob', this.#store.deleteJob(job.id))
  }

  #forget(job: Job, cause: 'removed' | 'ended'): void {
    this.#heap.delete(job)
    if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id)
    this.#arm()
    this.#events.emit('job:removed', () => ({ jobId: job.id, cause }))
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id)
    if (job !== undefined) return job
    throw new SchedulerError('UNKNOWN_JOB', `There is no job ${quote(id)}.`, 'jobs() lists those there are.')
  }

  #view(job: Job): JobView {
    return job.view(!this.#tasks.has(job.config.task))
  }

  #announce(event: 'job:added' | 'job:replaced' | 'job:paused' | 'job:resumed', job: Job): JobView {
    const view = this.#view(job)
    this.#events.emit(event, () => ({ job: view }))
    return view
  }
}

function queueLimit(job: Job): number {
  return job.config.overlap === 'queue' ? (job.config.queueLimit ?? 1) : 0
}
