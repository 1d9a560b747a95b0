import { patched } from './engine/execution.ts'
import type { ExecutionPatch, ExecutionQuery, ExecutionRecord, ExecutionStore, JobRecord } from './types.ts'

const DEFAULT_LIMIT = 100

export interface MemoryExecutionStoreOptions {
  /** Ended executions that are kept, the latest ones; default 1,000. */
  readonly maxExecutions?: number
}

/** Keeps jobs and a bounded history in memory; nothing survives the process. */
export class MemoryExecutionStore implements ExecutionStore {
  readonly #max: number
  readonly #jobs = new Map<string, JobRecord>()
  readonly #executions = new Map<string, ExecutionRecord>()
  readonly #unfinished = new Set<string>()
  /** Ids in the order in which they ended, those before `#firstEnded` forgotten. */
  #ended: string[] = []
  #firstEnded = 0
  /** Claimed due times by job: most jobs have one in the history, for which a set would be too much. */
  readonly #claims = new Map<string, number | Set<number>>()

  constructor({ maxExecutions = 1000 }: MemoryExecutionStoreOptions = {}) {
    this.#max = maxExecutions
  }

  async saveJob(job: JobRecord): Promise<void> {
    this.#jobs.set(job.config.id, job)
  }

  async deleteJob(id: string): Promise<void> {
    this.#jobs.delete(id)
  }

  async listJobs(): Promise<readonly JobRecord[]> {
    return [...this.#jobs.values()]
  }

  async claim(execution: ExecutionRecord): Promise<boolean> {
    const { jobId, scheduledAt } = execution
    const claims = this.#claims.get(jobId)
    if (claims === undefined) this.#claims.set(jobId, scheduledAt)
    else if (claims === scheduledAt) return false
    else if (typeof claims === 'number') this.#claims.set(jobId, new Set([claims, scheduledAt]))
    else if (claims.has(scheduledAt)) return false
    else claims.add(scheduledAt)
    const job = this.#jobs.get(jobId)
    if (job !== undefined && !(job.lastScheduledAt !== undefined && job.lastScheduledAt >= scheduledAt)) {
      this.#jobs.set(jobId, { ...job, lastScheduledAt: scheduledAt })
    }
    this.#put(execution)
    return true
  }

  async update(id: string, patch: ExecutionPatch): Promise<void> {
    const record = this.#executions.get(id)
    if (record === undefined) throw new Error(`There is no execution ${id}.`)
    this.#put(patched(record, patch))
  }

  async get(id: string): Promise<ExecutionRecord | undefined> {
    return this.#executions.get(id)
  }

  async list(query: ExecutionQuery): Promise<readonly ExecutionRecord[]> {
    return [...this.#executions.values()]
      .filter((execution) => matches(execution, query))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.limit ?? DEFAULT_LIMIT)
  }

  async unfinished(): Promise<readonly ExecutionRecord[]> {
    return [...this.#unfinished].map((id) => this.#executions.get(id)).filter((execution) => execution !== undefined)
  }

  #put(execution: ExecutionRecord): void {
    this.#executions.set(execution.id, execution)
    if (execution.status === 'running' || execution.status === 'retrying') {
      this.#unfinished.add(execution.id)
      return
    }
    this.#unfinished.delete(execution.id)
    this.#ended.push(execution.id)
    if (this.#ended.length - this.#firstEnded > this.#max) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const id = this.#ended[this.#firstEnded++] ?? ''
    // Cut now and then: taking from the front of a list or a set each time costs as much as its length.
    if (this.#firstEnded > this.#max) {
      this.#ended = this.#ended.slice(this.#firstEnded)
      this.#firstEnded = 0
    }
    const forgotten = this.#executions.get(id)
    this.#executions.delete(id)
    if (forgotten === undefined) return
    const claims = this.#claims.get(forgotten.jobId)
    if (typeof claims === 'object') claims.delete(forgotten.scheduledAt)
    if (typeof claims !== 'object' || claims.size === 0) this.#claims.delete(forgotten.jobId)
  }
}

function matches(execution: ExecutionRecord, { jobId, status, since, before }: ExecutionQuery): boolean {
  if (jobId !== undefined && execution.jobId !== jobId) return false
  if (status !== undefined && execution.status !== status) return false
  if (since !== undefined && execution.claimedAt < since) return false
  return before === undefined || execution.id < before
}
