import { closeSync, fsync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** More than the log takes before it is begun anew. */
const ROOM_BYTES = 16 * 1024 * 1024
const PIECE_BYTES = 1024 * 1024
/** A database that is smaller is not worth it. */
const FROM_BYTES = 4 * 1024 * 1024
/** Pages in the log of an earlier life that may be copied at once, before anybody waits for a commit. */
const FEW_PAGES = 1000

/**
 * Gives the write-ahead log its room before its first commit, as zeros, which SQLite reads as the end of the log. A sync
 * of a file that grows has to write down its new size too, and that waits for whatever else the file system is writing
 * down: beside a sync of the database a commit took up to half a second.
 */
export function setLogRoomAside(file: string, sqlite: DatabaseSync): void {
  if (statSync(file).size < FROM_BYTES) return
  const { log } = sqlite.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number }
  if (log > FEW_PAGES) return
  // Nothing of the log may be written over.
  const { busy } = sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
  if (busy === 0) writeZeros(`${file}-wal`)
}

function writeZeros(log: string): void {
  let fd: number
  try {
    fd = openSync(log, 'r+')
  } catch {
    return
  }
  const zeros = Buffer.alloc(PIECE_BYTES)
  try {
    for (let at = 0; at < ROOM_BYTES; at += PIECE_BYTES) writeSync(fd, zeros, 0, PIECE_BYTES, at)
    fsync(fd, () => closeSync(fd))
  } catch {
    // The log grows by itself then, as far as the disk has room.
    ftruncateSync(fd, 0)
    closeSync(fd)
  }
}
