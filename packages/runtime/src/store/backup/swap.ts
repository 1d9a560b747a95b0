import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KEY_FILE } from '../vault/key-file.ts'
import { DATABASE } from './manifest.ts'

/** What is being unpacked; worth nothing until it is renamed to {@link READY}. */
export const STAGING = 'restore.part'
/** A whole backup, checked, that takes the place of what is there. */
export const READY = 'restore.ready'

/** The log belongs to the database that goes: it is moved away before a new database is put in its place. */
const ENTRIES = [`${DATABASE}-wal`, `${DATABASE}-shm`, DATABASE, KEY_FILE, 'artifacts', 'logs', 'config']

/**
 * Puts a restored backup into place, one rename after another. Cut off anywhere and called again, it goes on: what is
 * still under `new` has not been put in place, and what is under `old` has been moved away. Call it under the lock.
 */
export function finishSwap(dataDir: string): void {
  rmSync(join(dataDir, STAGING), { recursive: true, force: true })
  const ready = join(dataDir, READY)
  if (!existsSync(ready)) return
  const fresh = join(ready, 'new')
  const old = join(ready, 'old')
  mkdirSync(old, { recursive: true, mode: 0o700 })
  // Once the database is in place, a log beside it is its own.
  const databasePending = existsSync(join(fresh, DATABASE))
  for (const entry of ENTRIES) {
    const current = join(dataDir, entry)
    const replacement = join(fresh, entry)
    const replaced = existsSync(replacement)
    const goes = replaced || (databasePending && entry.startsWith(`${DATABASE}-`))
    if (goes && existsSync(current) && !existsSync(join(old, entry))) renameSync(current, join(old, entry))
    if (replaced) renameSync(replacement, current)
  }
  rmSync(ready, { recursive: true, force: true })
}
