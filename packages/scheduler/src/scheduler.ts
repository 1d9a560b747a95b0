import { assemble } from './engine/assemble.ts'
import type { RegisteredTask } from './engine/attempt.ts'
import type { Executor } from './engine/executor.ts'
import { queueLimit } from './engine/job.ts'
import type { JobBook } from './engine/job-book.ts'
import type { Planner } from './engine/planner.ts'
import { SchedulerError } from './errors.ts'
import { Emitter, type Listener, type SchedulerEvent } from './events.ts'
import { checkArgument } from './numbers.ts'
import type { PluginSchedulerOptions, StopOptions } from './options.ts'
import { type SchedulerStatistics, Statistics } from './statistics/statistics.ts'
import { take } from './triggers/next-runs.ts'
import type {
  Clock,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  Instant,
  JobView,
  ScheduleConfig,
  Task,
  TaskOptions,
} from './types.ts'
import { quote } from './validate.ts'

const DEFAULT_STOP_TIMEOUT_MS = 30_000

/** Says when tasks run, records what became of them, and is right about both. */
export class PluginScheduler {
  readonly #store: ExecutionStore
  readonly #clock: Clock
  readonly #events = new Emitter()
  readonly #statistics = new Statistics()
  readonly #executor: Executor
  readonly #planner: Planner
  readonly #book: JobBook
  readonly #tasks = new Map<string, RegisteredTask>()
  #loading: Promise<void> | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** @throws SchedulerError `UNKNOWN_TIME_ZONE`, `INVALID_POLICY` */
  constructor(options: PluginSchedulerOptions) {
    const { onSuccess, onFailure } = options
    const { store, clock, executor, planner, book } = assemble(options, {
      events: this.#events,
      statistics: this.#statistics,
      tasks: this.#tasks,
    })
    this.#store = store
    this.#clock = clock
    this.#executor = executor
    this.#planner = planner
    this.#book = book
    if (onSuccess === undefined && onFailure === undefined) return
    this.on('execution:ended', ({ execution }) => {
      if (execution.status === 'success') return onSuccess?.(execution)
      if (execution.status === 'failed') return onFailure?.(execution)
    })
  }

  /**
   * Names a task. Register before `start()`: stored jobs whose task is missing then are reported and do not fire.
   * @throws SchedulerError `DUPLICATE_TASK`
   */
  registerTask(name: string, run: Task, options: TaskOptions = {}): void {
    if (this.#tasks.has(name)) {
      throw new SchedulerError('DUPLICATE_TASK', `Task ${quote(name)} is registered already.`, 'Choose another name.')
    }
    this.#tasks.set(name, { ...options, run })
    this.#book.planAll(name)
    this.#planner.arm()
  }

  /** Reads the stored jobs without arming them; `start` and the calls that change jobs do it where needed. */
  load(): Promise<void> {
    this.#loading ??= this.#book.load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /**
   * Recovers what an earlier process left unfinished, loads the stored jobs and arms them; due times that passed
   * meanwhile follow their jobs' misfire policy. Does nothing where it is started already.
   */
  start(): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.then(() => this.start())
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  /**
   * Adds a job; it is durable when the promise resolves.
   * @throws SchedulerError with nothing registered: `DUPLICATE_JOB`, `UNKNOWN_TASK`, `NEVER_FIRES`, or what is wrong with the config
   */
  async add(config: ScheduleConfig): Promise<JobView> {
    await this.load()
    return this.#book.add(config)
  }

  /**
   * Adds a job or puts a new config in place of the one with its id. With the same triggers it keeps its due times;
   * with other ones it starts afresh from now. What is under way goes on under the old config. Where the new config
   * ends a pause, nothing is caught up, as by `resume`.
   * @throws SchedulerError with nothing changed: `UNKNOWN_TASK`, `NEVER_FIRES`, or what is wrong with the config
   */
  async replace(config: ScheduleConfig): Promise<JobView> {
    await this.load()
    return this.#book.replace(config)
  }

  /** Takes a job away; its executions stay in the history, and one under way goes on. @throws `UNKNOWN_JOB` */
  async remove(id: string): Promise<void> {
    await this.load()
    await this.#book.remove(id)
  }

  /** Nothing fires until `resume`; what is under way goes on. @throws `UNKNOWN_JOB` */
  async pause(id: string): Promise<JobView> {
    await this.load()
    return this.#book.pause(id)
  }

  /**
   * Goes on with the next due time from now; nothing is caught up. A one-shot whose time passed is recorded as missed.
   * @throws `UNKNOWN_JOB`
   */
  async resume(id: string): Promise<JobView> {
    await this.load()
    return this.#book.resume(id)
  }

  /** Pauses every job that there is. */
  async pauseAll(): Promise<void> {
    await this.load()
    await this.#book.pauseAll()
  }

  /** Resumes every job, those that were paused one by one included. */
  async resumeAll(): Promise<void> {
    await this.load()
    await this.#book.resumeAll()
  }

  /**
   * Fires a job now, paused or not, under its overlap policy. Resolves with the execution as it was claimed;
   * `settled` tells its end.
   * @throws SchedulerError `UNKNOWN_JOB`, `UNKNOWN_TASK`, `NOT_STARTED`
   */
  async runNow(id: string): Promise<ExecutionRecord> {
    await this.#starting
    const now = this.#clock.now()
    for (let ago = 0; ; ago++) {
      if (!this.#planner.running) {
        throw new SchedulerError('NOT_STARTED', 'The scheduler is not running.', 'Call start() first.')
      }
      const job = this.#book.get(id)
      this.#book.checkTask(job.config.task)
      // Another call can have taken that very millisecond.
      const at = Math.min(now, job.unclaimed - 1) - ago
      const record = await this.#executor.firings.fire(job, at, queueLimit(job))
      if (record !== undefined) return record
    }
  }

  /**
   * Cancels an execution that is not over: aborts its signal, and ends it once the task settled or its grace is over.
   * Resolves when that is durable; false where there was none to cancel.
   */
  async cancel(executionId: string, reason?: string): Promise<boolean> {
    const execution = this.#executor.active.get(executionId)
    if (execution === undefined) return false
    this.#executor.interrupt(execution, { kind: 'cancel', reason })
    const { status } = await execution.settled
    return status === 'cancelled'
  }

  /**
   * The final record of an execution, once it is over and durable; also where it is over already. One that `stop`
   * leaves to the next start (`onAbandoned: 'retry'`) is handed out as `retrying`.
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

  /** All jobs. Empty before `load()` or `start()`. */
  jobs(): readonly JobView[] {
    return [...this.#book.all].map((job) => this.#book.view(job))
  }

  job(id: string): JobView | undefined {
    const job = this.#book.find(id)
    return job === undefined ? undefined : this.#book.view(job)
  }

  /** The next `n` due times of a job from now on, all of its triggers together; jitter is left out. @throws `UNKNOWN_JOB` */
  nextRuns(id: string, n: number): readonly Instant[] {
    return take(this.#book.get(id), n, this.#clock.now())
  }

  /** What the store holds of past and present executions, newest first. @throws SchedulerError `INVALID_ARGUMENT` */
  async history(query: ExecutionQuery = {}): Promise<readonly ExecutionRecord[]> {
    checkArgument('limit', query.limit, { least: 1, whole: true })
    return this.#store.list(query)
  }

  /** Of all jobs since this scheduler was made, or of one since it was loaded. @throws `UNKNOWN_JOB` */
  statistics(jobId?: string): SchedulerStatistics {
    if (jobId === undefined) return this.#statistics.read()
    return (this.#book.get(jobId).statistics ?? new Statistics()).read()
  }

  /** Calls `listener` on every such event until the returned function is called. */
  on<E extends SchedulerEvent>(event: E, listener: Listener<E>): () => void {
    return this.#events.on(event, listener)
  }

  /** Resolves when every firing due by now is claimed (running ones may go on). For tests with a manual clock. */
  idle(): Promise<void> {
    return this.#planner.idle()
  }

  /**
   * Fires nothing more, waits for what runs, aborts what is left after `timeoutMs`, and resolves when all of it is
   * recorded. Executions that wait for a turn or a retry are not waited for. It can be started again.
   * @throws SchedulerError `INVALID_ARGUMENT`
   */
  async stop(options: StopOptions = {}): Promise<void> {
    checkArgument('timeoutMs', options.timeoutMs, { least: 0, infinite: true })
    this.#stopping ??= this.#stop(options).finally(() => {
      this.#stopping = undefined
    })
    return this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #start(): Promise<void> {
    await this.load()
    const unfinished = await this.#store.unfinished()
    await all(unfinished.map((record) => this.#executor.recover(record, this.#book.find(record.jobId))))
    for (const { id: jobId, config, stuck } of this.#book.all) {
      const { task } = config
      if (stuck !== undefined) this.#events.emit('job:stuck', () => ({ jobId, error: stuck }))
      if (!this.#tasks.has(task)) this.#events.emit('job:task-missing', () => ({ jobId, task }))
    }
    this.#planner.running = true
    this.#book.planAll()
    this.#planner.handOut()
  }

  async #stop({ timeoutMs = DEFAULT_STOP_TIMEOUT_MS }: StopOptions): Promise<void> {
    await this.#starting?.catch(() => {})
    this.#planner.halt()
    this.#executor.stopping = true
    await this.#planner.idle()
    const executions = this.#executor.active.all()
    const stop = { kind: 'stop' } as const
    for (const execution of executions) if (!execution.running) this.#executor.interrupt(execution, stop)
    const disarm = this.#clock.wakeAt(this.#clock.now() + timeoutMs, () => {
      for (const execution of executions) this.#executor.interrupt(execution, stop)
    })
    await Promise.all(executions.map((execution) => execution.settled))
    disarm()
    this.#executor.stopping = false
    this.#book.planAll()
    this.#starting = undefined
    this.#loading = undefined
  }
}

/** Waits for all of them, also where one fails. @throws what the first of those does */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
