import type { RefbotEvent } from './event-types.ts'
import type { OperationName } from './operations/index.ts'

export interface StoreThreadData {
  readonly file: string
  /** The second connection, for long reads: it opens the file read-only and migrates nothing. */
  readonly readOnly: boolean
}

export interface StoreRequest {
  readonly id: number
  readonly operation: OperationName
  readonly args: unknown
  /** The caller's clock, epoch milliseconds. */
  readonly now: number
}

export type StoreReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: { readonly code: string; readonly message: string } }

export type StoreMessage =
  | { readonly type: 'ready' }
  | {
      readonly type: 'failed'
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string }
    }
  /** What one commit did: its events first, then who waited for it. */
  | { readonly type: 'committed'; readonly events: readonly RefbotEvent[]; readonly replies: readonly StoreReply[] }
