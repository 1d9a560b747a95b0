/** Epoch milliseconds. */
export type Instant = number

/**
 * Why a job fires. Times are epoch milliseconds, durations are milliseconds.
 */
export type Trigger =
  /** Standard cron with 5, 6 (seconds first) or 7 (year last) fields, read in an IANA zone (default: the scheduler's). */
  | { readonly type: 'cron'; readonly expression: string; readonly timeZone?: string }
  /** Every `everyMs`, aligned to `anchor` (default: the moment the job was added). */
  | { readonly type: 'interval'; readonly everyMs: number; readonly anchor?: Instant }
  /** Once. */
  | { readonly type: 'at'; readonly at: Instant }

/** Where a job comes from; `config` and `plugin` jobs are reconciled by their owner at start. */
export type JobOrigin = 'config' | 'plugin' | 'api'

/** What happens when a firing is due while the job still runs. */
export type OverlapPolicy =
  /** The firing is recorded as `cancelled` with reason `overlap`: the safe default. */
  | 'skip'
  /** The firing waits for its turn, one at most; later ones are skipped. */
  | 'queue'
  /** Both run side by side. */
  | 'allow'

/** What happens to firings that came due while the scheduler was stopped or asleep, beyond `misfireGraceMs`. */
export type MisfirePolicy =
  /** Each is recorded as `cancelled` with reason `missed`; the job goes on with its next time. */
  | 'skip'
  /** They are made up for by one firing, now: the default. */
  | 'once'
  /** Each is made up for, oldest first, bounded by `misfireLimit`. */
  | 'all'

/** Exponential backoff: the n-th retry waits `min(delayMs × multiplier^(n−1), maxDelayMs)`. */
export interface RetryPolicy {
  /** Attempts in all, the first included; 1 (the default) means no retry. */
  readonly attempts: number
  /** Wait before the first retry, in ms; default 1000. */
  readonly delayMs?: number
  /** Default 2. */
  readonly multiplier?: number
  /** Cap of one wait, in ms; default 3,600,000. */
  readonly maxDelayMs?: number
  /** `full` draws each wait uniformly from 0 to the computed one (AWS "full jitter"); default `none`. */
  readonly jitter?: 'none' | 'full'
}

/** A job: a trigger, the name of a task, and policies. */
export interface ScheduleConfig {
  readonly id: string
  /** Name under which the task was registered. A stored job whose task is missing is kept and reported. */
  readonly task: string
  /** Handed to the task; must survive JSON. */
  readonly input?: unknown
  readonly triggers: Trigger | readonly Trigger[]
  readonly origin?: JobOrigin
  readonly retry?: RetryPolicy
  readonly overlap?: OverlapPolicy
  readonly misfire?: MisfirePolicy
  /** How late a firing may start and still count as on time, in ms; default 60,000. */
  readonly misfireGraceMs?: number
  /** Firings made up for by `misfire: 'all'`; default 100. */
  readonly misfireLimit?: number
  /** Limit of one attempt in ms; its signal is aborted then. Default: none. */
  readonly timeoutMs?: number
  /** What happens to an execution that a crash cut off; default `record`. */
  readonly onAbandoned?: 'record' | 'retry'
  readonly paused?: boolean
}

/**
 * `running` an attempt is under way · `retrying` waiting for the next attempt ·
 * `success`, `failed`, `cancelled` are final.
 */
export type ExecutionStatus = 'running' | 'success' | 'failed' | 'cancelled' | 'retrying'

/** Why an execution has its status; a task may give reasons of its own through `TaskError`. */
export type ExecutionReason = 'missed' | 'overlap' | 'timeout' | 'abandoned' | 'stopped' | (string & {})

export interface ExecutionError {
  readonly code: string
  readonly message: string
}

export interface AttemptRecord {
  /** 1 for the first. */
  readonly number: number
  readonly startedAt: Instant
  readonly endedAt?: Instant
  readonly error?: ExecutionError
}

/** One firing of a job, with its attempts. */
export interface ExecutionRecord {
  /** UUIDv7. */
  readonly id: string
  readonly jobId: string
  readonly task: string
  readonly input?: unknown
  /** The due time that this firing answers. */
  readonly scheduledAt: Instant
  readonly claimedAt: Instant
  readonly endedAt?: Instant
  readonly status: ExecutionStatus
  readonly reason?: ExecutionReason
  readonly attempts: readonly AttemptRecord[]
  readonly error?: ExecutionError
  /** What the task returned, if it survives JSON. */
  readonly result?: unknown
}

/** A job as it is stored. */
export interface JobRecord {
  readonly config: ScheduleConfig
  readonly createdAt: Instant
  /** Last due time that was claimed or skipped; what tells a misfire after a restart. */
  readonly lastScheduledAt?: Instant
}

/** What the scheduler writes of an execution after it was claimed. */
export interface ExecutionPatch {
  readonly status: ExecutionStatus
  readonly reason?: ExecutionReason
  readonly attempts: readonly AttemptRecord[]
  readonly endedAt?: Instant
  readonly error?: ExecutionError
  readonly result?: unknown
}

export interface ExecutionQuery {
  readonly jobId?: string
  readonly status?: ExecutionStatus
  /** Only those claimed at or after this instant. */
  readonly since?: Instant
  /** Only those with an id below this one: the cursor of the next page. */
  readonly before?: string
  /** Default 100. */
  readonly limit?: number
}

/**
 * Where jobs and executions live. One contract suite (`executionStoreContract`) runs over every implementation.
 * Each call is one whole operation: durable when its promise resolves, with no effect when it rejects.
 */
export interface ExecutionStore {
  saveJob(job: JobRecord): Promise<void>
  deleteJob(id: string): Promise<void>
  listJobs(): Promise<readonly JobRecord[]>
  /**
   * Records the firing and moves the job's `lastScheduledAt`, durable before the task starts.
   * False, with nothing written, where `(jobId, scheduledAt)` was claimed before.
   */
  claim(execution: ExecutionRecord): Promise<boolean>
  update(id: string, patch: ExecutionPatch): Promise<void>
  get(id: string): Promise<ExecutionRecord | undefined>
  /** Newest first. */
  list(query: ExecutionQuery): Promise<readonly ExecutionRecord[]>
  /** Those whose status is `running` or `retrying`: after a start, what a crash cut off. */
  unfinished(): Promise<readonly ExecutionRecord[]>
}

/** What a task gets. */
export interface TaskContext {
  readonly execution: ExecutionRecord
  readonly input: unknown
  /** 1 for the first. */
  readonly attempt: number
  /** Aborted by `cancel`, a time-out, and the end of the scheduler's patience at `stop`. */
  readonly signal: AbortSignal
}

export type Task = (context: TaskContext) => unknown | Promise<unknown>

/** Reads time and wakes up: the only door to the system's clock and timers. */
export interface Clock {
  now(): Instant
  /** Calls `wake` once, at or after `at`. The returned function takes it back. */
  wakeAt(at: Instant, wake: () => void): () => void
}
