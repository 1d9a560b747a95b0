import type { Alert, AlertSeverity, Silence } from '@refbot/analytics'
import type { DesiredState, JsonValue, RunCause } from '@refbot/plugin-sdk'
import type { CircuitInput, CircuitState } from '@refbot/proxy-scoring'
import type { ExecutionReason, ExecutionStatus } from '@refbot/scheduler'
import type { StoreStatus } from './disk/health.ts'
import type { PauseCause } from './operations/origins.ts'

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
  /** The condition of an alert holds, not yet for long enough. */
  'alert.pending': AlertData
  /** An alert fires, or its severity changed while it did. */
  'alert.firing': AlertData & { readonly severityBefore?: AlertSeverity }
  /** An alert that fired is over. */
  'alert.resolved': AlertData
  /** The condition of a pending alert ended before it fired. */
  'alert.cleared': AlertData
  /** Somebody has taken an open alert on: it is not repeated any more. */
  'alert.acknowledged': Pick<AlertData, 'alertId' | 'ruleId' | 'severity'> & { readonly by: string }
  /** Messages about some alerts are held back between two times, in epoch milliseconds. */
  'silence.created': SilenceData
  /** Such messages are sent again: the silence's time is over, or somebody ended it before (`by hand`). */
  'silence.ended': { readonly silenceId: string; readonly cause: 'time' | 'by hand' }
  /** A sink took a message about alerts. */
  'alert.delivered': AlertMessageData
  /** A message about alerts is lost: its sink refused it, or never took it. */
  'alert.undelivered': AlertMessageData & { readonly reason: string }
  /** An operator added a proxy beside those of the configuration. */
  'proxy.added': { readonly proxyId: string }
  /** An operator took such a proxy away. */
  'proxy.removed': { readonly proxyId: string }
  /** The circuit of a proxy changed its state, by outcomes, by time or by hand (`isolated`, `released`). */
  'proxy.circuit': ProxyCircuitData
  /** A token was made. */
  'token.created': { readonly tokenId: string; readonly name: string; readonly rights: TokenRights }
  /** A token was made invalid. */
  'token.revoked': { readonly tokenId: string; readonly name: string }
  /** RefBot has started: triggers fire. */
  'service.started': { readonly version: string }
  /** RefBot stops: triggers fire no more, and runs end. */
  'service.stopping': { readonly version: string } & StopReason
  /** A changed configuration was read; what needs a restart is not in force yet. */
  'config.reloaded': { readonly live: readonly string[]; readonly restart: readonly string[] }
  /** A site turned a run away: no run reaches the origin until then, in epoch milliseconds. */
  'origin.paused': {
    readonly origin: string
    readonly cause: PauseCause
    readonly runId: string
    readonly until: number
  }
  /** An operator ended such a pause before its time. */
  'origin.lifted': { readonly origin: string }
  /** A run came to rest at a checkpoint because its plugin is paused, or goes on. */
  'run.held': { readonly plugin: string; readonly runId: string; readonly held: boolean }
  /** An event of a plugin's own. */
  'plugin.event': { readonly plugin: string; readonly runId: string; readonly name: string; readonly data: JsonValue }
  /** Rows and files were deleted because of their age, or because there were too many. */
  'store.pruned': { readonly deleted: Readonly<Partial<Record<PrunedKind, Deletion>>> }
  /** Every secret of the store was sealed with a new key. */
  'store.key_rotated': { readonly keyId: string; readonly resealed: number }
  /** All that is stored was copied into an archive. */
  'store.backed_up': {
    readonly file: string
    readonly bytes: number
    readonly files: number
    /** Of the copy. */
    readonly lastEventId: number
    /** Epoch milliseconds. */
    readonly madeAt: number
  }
  /** A backup took the place of what was stored: what comes after this event is new. */
  'store.restored': {
    /** Of the backup. */
    readonly lastEventId: number
    /** Epoch milliseconds. */
    readonly madeAt: number
    /** Version of the program that made it. */
    readonly program: string
  }
  /** The database was brought to this version's tables. */
  'store.upgraded': { readonly migrations: readonly string[]; readonly program: string }
  /** A crash had cut off the last write; the store opened at its last whole commit. */
  'store.recovered': { readonly discardedBytes: number }
  /** The disk under the store fills up, fails, or has room again. */
  'store.health': { readonly status: StoreStatus; readonly freeBytes: number }
}

/** Why RefBot stops. */
export type StopReason =
  /** Whoever embeds it has disposed of it. */
  | { readonly reason: 'closed' }
  | { readonly reason: 'signal'; readonly signal: string }
  /** An error that nobody caught, by its name or code; its text is in the log alone. */
  | { readonly reason: 'failure'; readonly error: string }

/** What retention deletes. Metrics have tiers of their own, and prune themselves. */
export type PrunedKind = 'execution' | 'event' | 'plugin_value' | 'artifact' | 'proxy_health' | 'token' | 'audit'

/** `admin` may do everything, `read` may only look. */
export type TokenRights = 'admin' | 'read'

export interface AlertData
  extends Pick<Alert, 'ruleId' | 'severity' | 'labels' | 'summary' | 'value' | 'threshold' | 'startedAt'> {
  readonly alertId: string
}

export interface SilenceData extends Omit<Silence, 'id'> {
  readonly silenceId: string
}

export interface AlertMessageData {
  readonly sink: string
  readonly alertIds: readonly string[]
  readonly says: 'firing' | 'resolved'
  readonly attempts: number
}

export interface ProxyCircuitData {
  readonly proxyId: string
  readonly from: CircuitState
  readonly to: CircuitState
  readonly input: CircuitInput
  /** With `open`: epoch milliseconds of the next probe; null otherwise, or when isolated. */
  readonly retryAt: number | null
}

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
