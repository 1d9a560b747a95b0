import type { DesiredState, RunCause } from '@refbot/plugin-sdk'
import type { ExecutionReason, ExecutionStatus } from '@refbot/scheduler'
import type { StoreStatus } from './disk/health.ts'

/** What each change of state says, by its type. */
export interface EventData {
  /** A job was added or replaced. */
  'job.saved': { readonly jobId: string; readonly task: string }
  /** A job was removed; its executions stay. */
  'job.deleted': { readonly jobId: string }
  /** A firing of a task that is no plugin was claimed, or decided without one. */
  'execution.claimed': ExecutionData
  /** Such an execution waits for its next attempt, or ended. */
  'execution.changed': ExecutionData
  /** A run was claimed and starts, or its firing was skipped. */
  'run.claimed': RunData
  /** A run starts another attempt, waits for one, or ended. */
  'run.changed': RunData
  /** A file of a run was kept. */
  'artifact.stored': { readonly runId: string; readonly name: string; readonly bytes: number }
  /** An operator armed, paused or stopped a plugin. */
  'plugin.desired': { readonly plugin: string; readonly desired: DesiredState }
  /** Rows and files were deleted because of their age, or because there were too many. */
  'store.pruned': { readonly deleted: Readonly<Partial<Record<PrunedKind, Deletion>>> }
  /** The database was brought to this version's tables. */
  'store.upgraded': { readonly migrations: readonly string[]; readonly program: string }
  /** A crash had cut off the last write; the store opened at its last whole commit. */
  'store.recovered': { readonly discardedBytes: number }
  /** The disk under the store fills up, fails, or has room again. */
  'store.health': { readonly status: StoreStatus; readonly freeBytes: number }
}

/** What retention deletes. Metrics have tiers of their own, and prune themselves. */
export type PrunedKind = 'execution' | 'event' | 'plugin_value' | 'artifact'

export interface Deletion {
  readonly items: number
  /** Of files; 0 where only rows were deleted. */
  readonly bytes: number
}

export interface ExecutionData {
  readonly executionId: string
  readonly jobId: string
  readonly task: string
  readonly status: ExecutionStatus
  readonly reason?: ExecutionReason | undefined
}

export interface RunData extends ExecutionData {
  readonly plugin: string
  readonly cause: RunCause
}

export type EventType = keyof EventData

/** One change of state, in the order in which the changes were committed. */
export type RefbotEvent = {
  readonly [Type in EventType]: {
    /** Increasing; gaps mean rolled-back changes, never lost ones. */
    readonly id: number
    readonly type: Type
    /** Epoch milliseconds. */
    readonly at: number
    readonly data: EventData[Type]
  }
}[EventType]
