/** Epoch milliseconds. */
export type Instant = number

/** When a repeating trigger holds, and how exact it is. */
export interface TriggerBounds {
  /** Nothing is due before this instant. */
  readonly start?: Instant
  /** Nothing is due at or after this instant. */
  readonly end?: Instant
  /**
   * Each firing is put off by a random time from 0 to this, in ms; its `scheduledAt` stays the exact due time. Default 0.
   * The firings of a job keep their order: one that is put off holds up those after it.
   */
  readonly jitterMs?: number
}

/** Cron with 5, 6 (seconds first) or 7 (seconds first, year last) fields. */
export interface CronTrigger extends TriggerBounds {
  readonly type: 'cron'
  readonly expression: string
  /** IANA name; default: the scheduler's zone. */
  readonly timeZone?: string
}

/** Again and again, without drift. */
export interface IntervalTrigger extends TriggerBounds {
  readonly type: 'interval'
  /** Whole ms, 1 or more; no upper limit worth naming. */
  readonly everyMs: number
  /** What the period is counted from: `anchor`, or the end of the job's last execution. Default `anchor`. */
  readonly from?: 'anchor' | 'last-end'
  /** A due time of the series; default: the moment the job was added (not due itself). */
  readonly anchor?: Instant
}

/** Once. A time in the past is due at once, under the job's misfire policy. */
export interface AtTrigger {
  readonly type: 'at'
  readonly at: Instant
}

/** Why a job fires. Times are epoch milliseconds, durations are milliseconds. */
export type Trigger = CronTrigger | IntervalTrigger | AtTrigger

/** Where a job comes from; `config` and `plugin` jobs are reconciled by their owner at start. */
export type JobOrigin = 'config' | 'plugin' | 'api'

/** What happens when a firing is due while the job still runs. */
export type OverlapPolicy =
  /** The firing is recorded as `cancelled` with reason `overlap`: the safe default. */
  | 'skip'
  /** The firing is claimed and waits for its turn; at most `queueLimit` wait, further ones are skipped. */
  | 'queue'
  /** Both run side by side. */
  | 'allow'

/** What happens to firings that came due while the scheduler was stopped or asleep, beyond `misfireGraceMs`. */
export type MisfirePolicy =
  /** Each (the latest `misfireLimit` of them) is recorded as `cancelled` with reason `missed`; the job goes on with its next time. */
  | 'skip'
  /** They are made up for by one firing, now: the default. */
  | 'once'
  /** Each is made up for (the latest `misfireLimit` of them), oldest first, one after the other unless they may overlap. */
  | 'all'

/** Exponential backoff: the n-th retry waits `min(delayMs × multiplier^(n−1), maxDelayMs)`. */
export interface RetryPolicy {
  /** Attempts in all, the first included; 1 (the default) means no retry. */
  readonly attempts: number
  /** Wait before the first retry, in ms, 0 or more; default 1000. */
  readonly delayMs?: number
  /** 1 or more; default 2. */
  readonly multiplier?: number
  /** Cap of one wait, in ms, 0 or more; default 3,600,000. */
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
  /**
   * Policies of their own for attempts that fail with these error codes. Each counts its attempts apart: they use up
   * none of `retry`, and back off no more because of others.
   */
  readonly retryOn?: Readonly<Record<string, RetryPolicy>>
  readonly overlap?: OverlapPolicy
  /** Firings that wait under `overlap: 'queue'`, 1 or more; default 1. */
  readonly queueLimit?: number
  /** Executions of all jobs with the same key share the limit that the scheduler's `concurrency.perKey` sets. */
  readonly concurrencyKey?: string
  readonly misfire?: MisfirePolicy
  /** How late a firing may start and still count as on time, in ms, 0 or more; default 60,000. */
  readonly misfireGraceMs?: number
  /** Most firings that one misfire makes up for or records, 1 or more; default 100. */
  readonly misfireLimit?: number
  /** Limit of one attempt in ms, 1 or more; its signal is aborted then. Default: none. */
  readonly timeoutMs?: number
  /** How long after its signal was aborted an attempt may take to settle before it is given up, in ms, 0 or more; default 5,000. */
  readonly abortGraceMs?: number
  /**
   * What happens to an execution that a crash or the end of `stop` cut off: `record` (the default) ends it as `failed`
   * with reason `abandoned`; `retry` gives it a further attempt, up to `max(retry.attempts, 2)` in all, those of `retryOn`
   * not counted.
   */
  readonly onAbandoned?: 'record' | 'retry'
  readonly paused?: boolean
}

/**
 * `running` an attempt is under way, or (no attempts yet) claimed and waiting for its turn ·
 * `retrying` waiting for the next attempt ·
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
  /** While it is `retrying`: when the next attempt is due. */
  readonly retryAt?: Instant
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

/** A job as the scheduler shows it. */
export interface JobView extends JobRecord {
  /** When it is due next; none while it is paused, its task is missing, or its triggers are over. */
  readonly nextAt?: Instant
  /** Its executions that are not over, those that wait included. */
  readonly active: number
  /** True where no task of that name is registered. */
  readonly taskMissing: boolean
}

/** What the scheduler writes of an execution after it was claimed: all of these fields; those left out are cleared. */
export interface ExecutionPatch {
  readonly status: ExecutionStatus
  readonly reason?: ExecutionReason
  readonly attempts: readonly AttemptRecord[]
  readonly retryAt?: Instant
  readonly endedAt?: Instant
  readonly error?: ExecutionError
  readonly result?: unknown
}

/** A patch, and the execution that it is for. */
export interface ExecutionUpdate {
  readonly id: string
  readonly patch: ExecutionPatch
}

export interface ExecutionQuery {
  readonly jobId?: string
  readonly status?: ExecutionStatus
  /** Only those claimed at or after this instant. */
  readonly since?: Instant
  /** Only those with an id below this one: the cursor of the next page. */
  readonly before?: string
  /** 1 or more; default 100. */
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
  /**
   * Optional: many claims as one operation, for stores in which that costs less than one by one. Says of each what
   * `claim` would, each judged after those before it; where it rejects, none was made.
   */
  claimAll?(executions: readonly ExecutionRecord[]): Promise<readonly boolean[]>
  update(id: string, patch: ExecutionPatch): Promise<void>
  /** Optional: many updates as one operation, in order; where it rejects, none was made. */
  updateAll?(updates: readonly ExecutionUpdate[]): Promise<void>
  get(id: string): Promise<ExecutionRecord | undefined>
  /** Newest first. */
  list(query: ExecutionQuery): Promise<readonly ExecutionRecord[]>
  /** Those whose status is `running` or `retrying`: after a start, what a crash cut off. */
  unfinished(): Promise<readonly ExecutionRecord[]>
}

/** What a task gets. */
export interface TaskContext {
  readonly execution: ExecutionRecord
  /** The job's input, a copy for this attempt: changing it changes nothing else. */
  readonly input: unknown
  /** 1 for the first. */
  readonly attempt: number
  /** Aborted by `cancel`, a time-out, and the end of the scheduler's patience at `stop`. */
  readonly signal: AbortSignal
}

export type Task = (context: TaskContext) => unknown

export interface TaskOptions {
  /** False ends the execution although attempts are left. Default: every error is retried but a `TaskError` that forbids it. */
  readonly retryIf?: (error: unknown, attempt: number) => boolean
  readonly onSuccess?: ExecutionCallback
  readonly onFailure?: ExecutionCallback
}

/** Called after an execution ended and its end is durable; what it throws harms nothing. */
export type ExecutionCallback = (execution: ExecutionRecord) => unknown

/** Reads time and wakes up: the only door to the system's clock and timers. */
export interface Clock {
  now(): Instant
  /** Calls `wake` once, at or after `at`. The returned function takes it back. */
  wakeAt(at: Instant, wake: () => void): () => void
}
