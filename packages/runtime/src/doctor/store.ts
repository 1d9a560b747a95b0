import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { broken, type Finding, ok, textOf, warning } from './finding.ts'

/** A clock may be corrected by this much, ms. */
const CORRECTION_MS = 60_000

/** SQLite's quick check, and whether the newest event lies in the future: then the clock was set back. */
export function checkDatabase(dataDir: string, now: number): Finding[] {
  const file = join(dataDir, 'refbot.db')
  if (!existsSync(file)) return [ok('store', 'nothing is stored yet'), clock(now, undefined)]
  try {
    using db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    const [first] = db.prepare('PRAGMA quick_check(1)').all()
    const found = String(first?.quick_check)
    const newest = db
      .prepare('SELECT max(created_at) AS at FROM (SELECT created_at FROM event ORDER BY id DESC LIMIT 1)')
      .get()
    const at = typeof newest?.at === 'number' ? newest.at : undefined
    const next = 'Run refbot store check, and restore the newest backup.'
    return [found === 'ok' ? ok('store', 'is sound') : broken('store', `is damaged: ${found}`, next), clock(now, at)]
  } catch (error) {
    return [
      broken('store', `cannot be read: ${textOf(error)}`, 'Run refbot store check, and restore the newest backup.'),
    ]
  }
}

function clock(now: number, newest: number | undefined): Finding {
  const time = new Date(now).toISOString()
  if (newest === undefined || newest <= now + CORRECTION_MS) return ok('clock', time)
  const message = `${time} is before the newest event (${new Date(newest).toISOString()})`
  return warning('clock', message, 'Set the clock of this machine, and let it follow a time server.')
}
