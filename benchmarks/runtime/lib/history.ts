import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Store } from '../../../packages/runtime/src/store/index.ts'

/** A data directory that goes with its measurement. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'refbot-bench-'))
  readonly database = join(this.path, 'refbot.db')

  open(): Promise<Store> {
    return Store.open({ file: this.database, now: Date.now })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export const NOW = Date.now()
export const OLD = NOW - 400 * 86_400_000

/** Runs that ended, one a second from `OLD` on, of ten plugins; `bytes` is the size of each one's result. */
export async function fill(folder: Folder, runs: number, bytes = 40): Promise<void> {
  await (await folder.open()).close()
  using db = new DatabaseSync(folder.database)
  const n = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${runs})`
  const id = "printf('01900000-%012d', i)"
  const result = `'"' || hex(zeroblob(${bytes >> 1})) || '"'`
  db.exec(`
    PRAGMA synchronous = OFF;
    BEGIN;
    ${n} INSERT INTO execution
      (id, job_id, task, input, scheduled_at, claimed_at, ended_at, status, reason, error, result, created_at)
      SELECT ${id}, 'job-' || (i % 10), 'plugin', '{}', i, ${OLD} + i * 1000, ${OLD} + i * 1000 + 9,
      CASE i % 20 WHEN 0 THEN 'failed' ELSE 'success' END, NULL, NULL, ${result}, ${OLD} + i FROM n;
    ${n} INSERT INTO attempt SELECT ${id}, 1, i, i, NULL, ${OLD} FROM n;
    ${n} INSERT INTO run SELECT ${id}, 'plugin-' || (i % 10), 'schedule', ${OLD} FROM n;
    INSERT INTO run_count SELECT plugin, status, count(*), ${OLD} FROM run JOIN execution USING (id) GROUP BY 1, 2;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
