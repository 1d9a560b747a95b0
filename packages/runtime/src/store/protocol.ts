import type { MessagePort } from 'node:worker_threads'
import type { BackupTask } from './backup/create.ts'
import type { CheckTask } from './check.ts'
import type { CheckpointTask } from './checkpointer.ts'
import type { StoreHealth } from './disk/health.ts'
import type { RefbotEvent } from './event-types.ts'
import type { OperationName } from './operations/index.ts'

/** What a thread of the store is asked to do, one after another. */
export type ThreadTask = ConnectionTask | CheckpointTask | BackupTask | CheckTask

export interface ThreadStart {
  readonly task: ThreadTask
  readonly port: MessagePort
}

/** Closes every session: the thread holds nothing of it any more. */
export interface ThreadMessage {
  readonly type: 'ended'
}

export interface ConnectionTask {
  readonly kind: 'connection'
  readonly file: string
  /** The second connection, for long reads: it opens the file read-only and migrates nothing. */
  readonly readOnly: boolean
  /** This program's version, written beside each migration. */
  readonly program: string
  /** The caller's clock at the start, epoch milliseconds. */
  readonly openedAt: number
  /** Bytes set aside so that a full disk still lets rows be deleted. */
  readonly reserveBytes: number
  /** Below this much room no run starts. */
  readonly minFreeBytes: number
}

export interface StoreRequest {
  readonly id: number
  readonly operation: OperationName
  readonly args: unknown
  /** The caller's clock, epoch milliseconds. */
  readonly now: number
}

export interface StoreFault {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

export type StoreReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: StoreFault }

export type StoreMessage =
  | { readonly type: 'ready'; readonly opening: Opening }
  | { readonly type: 'failed'; readonly error: StoreFault }
  /** What one commit did: its events first, then who waited for it. */
  | { readonly type: 'committed'; readonly events: readonly RefbotEvent[]; readonly replies: readonly StoreReply[] }
  | { readonly type: 'health'; readonly health: StoreHealth }

/** What opening the store changed. */
export interface Opening {
  /** Migrations that ran, oldest first. */
  readonly migrated: readonly string[]
  /** Copy of the database as it was before them. */
  readonly backup?: string
  /** Bytes of an unfinished write that a crash left at the end of the log, and that were discarded. */
  readonly discardedBytes: number
}
