import { DatabaseSync } from 'node:sqlite'
import { patched } from '../engine/execution.ts'
import type { ExecutionPatch, ExecutionQuery, ExecutionRecord, ExecutionStore, JobRecord } from '../types.ts'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS job (id TEXT PRIMARY KEY, config TEXT NOT NULL, created_at INTEGER NOT NULL, last INTEGER);
  CREATE TABLE IF NOT EXISTS execution (
    id TEXT PRIMARY KEY, job_id TEXT NOT NULL, scheduled_at INTEGER NOT NULL, claimed_at INTEGER NOT NULL,
    status TEXT NOT NULL, record TEXT NOT NULL, UNIQUE (job_id, scheduled_at)
  );
`

interface JobRow {
  readonly config: string
  readonly created_at: number
  readonly last: number | null
}

/**
 * A store that outlives its process, for tests: as little as it takes, kept at every call. It does not sync: what the
 * system has taken survives the death of the process.
 */
export class SqliteStore implements ExecutionStore {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    this.#db.exec(SCHEMA)
  }

  close(): void {
    this.#db.close()
  }

  async saveJob({ config, createdAt, lastScheduledAt }: JobRecord): Promise<void> {
    this.#db
      .prepare('INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?)')
      .run(config.id, JSON.stringify(config), createdAt, lastScheduledAt ?? null)
  }

  async deleteJob(id: string): Promise<void> {
    this.#db.prepare('DELETE FROM job WHERE id = ?').run(id)
  }

  async listJobs(): Promise<readonly JobRecord[]> {
    const rows = this.#db.prepare('SELECT config, created_at, last FROM job').all() as unknown as JobRow[]
    return rows.map(({ config, created_at, last }) => {
      const job = { config: JSON.parse(config), createdAt: created_at }
      return last === null ? job : { ...job, lastScheduledAt: last }
    })
  }

  async claim(execution: ExecutionRecord): Promise<boolean> {
    const { id, jobId, scheduledAt, claimedAt, status } = execution
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const { changes } = this.#db
        .prepare('INSERT INTO execution VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, scheduled_at) DO NOTHING')
        .run(id, jobId, scheduledAt, claimedAt, status, JSON.stringify(execution))
      if (changes === 1) {
        this.#db
          .prepare('UPDATE job SET last = max(coalesce(last, ?), ?) WHERE id = ?')
          .run(scheduledAt, scheduledAt, jobId)
      }
      this.#db.exec('COMMIT')
      return changes === 1
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  async update(id: string, patch: ExecutionPatch): Promise<void> {
    const record = await this.get(id)
    if (record === undefined) throw new Error(`There is no execution ${id}.`)
    this.#db
      .prepare('UPDATE execution SET status = ?, record = ? WHERE id = ?')
      .run(patch.status, JSON.stringify(patched(record, patch)), id)
  }

  async get(id: string): Promise<ExecutionRecord | undefined> {
    return this.#records('WHERE id = ?', [id])[0]
  }

  async list({ jobId, status, since, before, limit = 100 }: ExecutionQuery): Promise<readonly ExecutionRecord[]> {
    const conditions = ['1 = 1']
    const values: (string | number)[] = []
    const where = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return
      conditions.push(condition)
      values.push(value)
    }
    where('job_id = ?', jobId)
    where('status = ?', status)
    where('claimed_at >= ?', since)
    where('id < ?', before)
    return this.#records(`WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`, [...values, limit])
  }

  async unfinished(): Promise<readonly ExecutionRecord[]> {
    return this.#records("WHERE status IN ('running', 'retrying')", [])
  }

  #records(rest: string, values: readonly (string | number)[]): ExecutionRecord[] {
    const rows = this.#db.prepare(`SELECT record FROM execution ${rest}`).all(...values)
    return rows.map(({ record }) => JSON.parse(String(record)))
  }
}
