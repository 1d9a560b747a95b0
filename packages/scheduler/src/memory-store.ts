import { MemoryHistory } from './memory-history.ts'
import { checkArgument } from './numbers.ts'
import type {
  ExecutionPatch,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  ExecutionUpdate,
  JobRecord,
} from './types.ts'

const DEFAULT_LIMIT = 100

export interface MemoryExecutionStoreOptions {
  /** Ended executions that are kept, the latest ones: a whole number, 0 or more, or Infinity; default 1,000. */
  readonly maxExecutions?: number
}

/** Of a job: its record while it is there, and what was claimed of it while that is in the history. */
interface JobState {
  record: JobRecord | undefined
  /** Newer than the record's, where a firing was claimed since. */
  lastScheduledAt: number | undefined
  /** Claimed due times: most jobs have one in the history, for which a set would be too much. */
  claims: number | Set<number> | undefined
}

/** Keeps jobs and a bounded history in memory; nothing survives the process. */
export class MemoryExecutionStore implements ExecutionStore {
  readonly #jobs = new Map<string, JobState>()
  readonly #history: MemoryHistory

  /** @throws SchedulerError `INVALID_ARGUMENT` */
  constructor({ maxExecutions = 1000 }: MemoryExecutionStoreOptions = {}) {
    checkArgument('maxExecutions', maxExecutions, { least: 0, whole: true, infinite: true })
    this.#history = new MemoryHistory(maxExecutions, (record) => this.#forgotten(record))
  }

  async saveJob(record: JobRecord): Promise<void> {
    const { lastScheduledAt } = record
    const state = this.#jobs.get(record.config.id)
    if (state === undefined) this.#jobs.set(record.config.id, { record, lastScheduledAt, claims: undefined })
    else Object.assign(state, { record, lastScheduledAt })
  }

  async deleteJob(id: string): Promise<void> {
    const state = this.#jobs.get(id)
    if (state?.claims === undefined) this.#jobs.delete(id)
    else state.record = undefined
  }

  async listJobs(): Promise<readonly JobRecord[]> {
    const records: JobRecord[] = []
    for (const { record, lastScheduledAt } of this.#jobs.values()) {
      if (record === undefined) continue
      records.push(record.lastScheduledAt === lastScheduledAt ? record : withLast(record, lastScheduledAt))
    }
    return records
  }

  async claim(execution: ExecutionRecord): Promise<boolean> {
    return this.#claim(execution)
  }

  async claimAll(executions: readonly ExecutionRecord[]): Promise<readonly boolean[]> {
    return executions.map((execution) => this.#claim(execution))
  }

  async update(id: string, patch: ExecutionPatch): Promise<void> {
    this.#history.update([{ id, patch }])
  }

  async updateAll(updates: readonly ExecutionUpdate[]): Promise<void> {
    this.#history.update(updates)
  }

  async get(id: string): Promise<ExecutionRecord | undefined> {
    return this.#history.get(id)
  }

  async list(query: ExecutionQuery): Promise<readonly ExecutionRecord[]> {
    return this.#history.all
      .filter((execution) => matches(execution, query))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.limit ?? DEFAULT_LIMIT)
  }

  async unfinished(): Promise<readonly ExecutionRecord[]> {
    return this.#history.unfinished
  }

  #claim(execution: ExecutionRecord): boolean {
    const { jobId, scheduledAt } = execution
    const state = this.#jobs.get(jobId)
    if (state === undefined) {
      this.#jobs.set(jobId, { record: undefined, lastScheduledAt: scheduledAt, claims: scheduledAt })
    } else {
      if (!claimOf(state, scheduledAt)) return false
      if (state.lastScheduledAt === undefined || state.lastScheduledAt < scheduledAt)
        state.lastScheduledAt = scheduledAt
    }
    this.#history.add(execution)
    return true
  }

  #forgotten({ jobId, scheduledAt }: ExecutionRecord): void {
    const state = this.#jobs.get(jobId)
    if (state === undefined) return
    if (typeof state.claims === 'object') state.claims.delete(scheduledAt)
    if (typeof state.claims !== 'object' || state.claims.size === 0) state.claims = undefined
    if (state.claims === undefined && state.record === undefined) this.#jobs.delete(jobId)
  }
}

/** False where it was claimed before. */
function claimOf(state: JobState, scheduledAt: number): boolean {
  const { claims } = state
  if (claims === undefined) state.claims = scheduledAt
  else if (claims === scheduledAt) return false
  else if (typeof claims === 'number') state.claims = new Set([claims, scheduledAt])
  else if (claims.has(scheduledAt)) return false
  else claims.add(scheduledAt)
  return true
}

function withLast(record: JobRecord, lastScheduledAt: number | undefined): JobRecord {
  return lastScheduledAt === undefined ? record : { ...record, lastScheduledAt }
}

function matches(execution: ExecutionRecord, { jobId, status, since, before }: ExecutionQuery): boolean {
  if (jobId !== undefined && execution.jobId !== jobId) return false
  if (status !== undefined && execution.status !== status) return false
  if (since !== undefined && execution.claimedAt < since) return false
  return before === undefined || execution.id < before
}
