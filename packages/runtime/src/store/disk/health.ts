/**
 * How the store stands with its disk.
 *
 * | from | on | to |
 * |---|---|---|
 * | any but `full`, `failing` | less room than `minFreeBytes` | `low`: no run starts, all else is written |
 * | `low` | room again | `ok` |
 * | any | a write found no room | `full`: the reserve was given up, so that rows can be deleted and runs can end |
 * | any | a write failed otherwise | `failing` |
 * | `full`, `failing` | room again, the reserve set aside again, and a write that succeeds | `ok` |
 */
export type StoreStatus = 'ok' | 'low' | 'full' | 'failing'

export interface StoreHealth {
  readonly status: StoreStatus
  /** Room on the disk when that was last looked at, in bytes. */
  readonly freeBytes: number
  /** When the status changed last, epoch ms; undefined: not since the store was opened. */
  readonly changedAt?: number
  /** What failed, as SQLite says it. */
  readonly detail?: string
}

export type Observation =
  | { readonly type: 'room'; readonly enough: boolean }
  | { readonly type: 'noRoom' }
  | { readonly type: 'writeFailed' }
  | { readonly type: 'probe'; readonly succeeded: boolean; readonly enough: boolean }

export function nextStatus(status: StoreStatus, seen: Observation): StoreStatus {
  const broken = status === 'full' || status === 'failing'
  if (seen.type === 'noRoom') return 'full'
  if (seen.type === 'writeFailed') return 'failing'
  if (seen.type === 'probe') return seen.succeeded && seen.enough ? 'ok' : status
  return broken ? status : seen.enough ? 'ok' : 'low'
}
