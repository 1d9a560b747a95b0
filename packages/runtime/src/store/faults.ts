import { RefbotError } from '../errors.ts'
import type { StoreFault } from './protocol.ts'

const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

/** How a write failed because of the disk: nothing of it was kept, and no other write would do better. */
export interface DiskFault {
  readonly noRoom: boolean
  readonly detail: string
}

/** Undefined for errors that are the operation's own. `freeBytes` tells a full disk that only shows as an I/O error. */
export function diskFault(error: unknown, freeBytes: () => number): DiskFault | undefined {
  const code = primaryCode(error)
  const detail = error instanceof Error ? error.message : String(error)
  if (code === SQLITE_FULL) return { noRoom: true, detail }
  if (code === SQLITE_IOERR) return { noRoom: freeBytes() < 1024 * 1024, detail }
  return code === SQLITE_READONLY ? { noRoom: false, detail } : undefined
}

export function isDiskFault(error: unknown): boolean {
  return diskFault(error, () => 0) !== undefined
}

/** An error as it crosses to the caller's thread. */
export function describe(error: unknown): StoreFault {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RefbotError) {
    return { code: error.code, message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
  return { code: 'STORE_FAILED', message }
}

export function describeDiskFault({ noRoom, detail }: DiskFault): StoreFault {
  return noRoom
    ? {
        code: 'STORE_DISK_FULL',
        message: detail,
        hint: 'Make room on the disk of the data directory; it goes on by itself.',
      }
    : { code: 'STORE_FAILED', message: detail, hint: 'Check the disk of the data directory; it goes on by itself.' }
}

/** What is refused so that the last room serves what makes more. */
export function diskFull(): RefbotError {
  return new RefbotError('STORE_DISK_FULL', 'The disk of the data directory is full.', {
    hint: 'Make room, or shorten the retention; it goes on by itself.',
  })
}

/** The low byte of SQLite's extended result code. */
function primaryCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
