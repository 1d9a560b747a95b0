import type { ConcurrencyLimits } from './engine/slots.ts'
import type { Clock, ExecutionCallback, ExecutionStore } from './types.ts'

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
  /** How long running executions may go on before they are aborted, in ms, 0 or more; default 30,000. */
  readonly timeoutMs?: number
}
