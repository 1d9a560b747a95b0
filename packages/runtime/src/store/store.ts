import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import type { ExecutionRecord, ExecutionStore } from '@refbot/scheduler'
import { StoreConnection } from './connection.ts'
import type { RefbotEvent } from './event-types.ts'
import type { ClaimedRun } from './operations/executions.ts'
import type { SampleRange, StoredSample } from './operations/metrics.ts'
import type { StoredValue } from './operations/plugins.ts'
import type { PrunedTable } from './operations/retention.ts'
import type { ArtifactRecord, PluginRunCounts, RunDetails, RunQuery, RunRecord, StepRecord } from './operations/runs.ts'

export interface StoreOptions {
  readonly file: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Called with the events of each commit, in order. */
  readonly onEvents?: (events: readonly RefbotEvent[]) => void
}

export interface RunStore {
  /** Newest first. */
  list(query?: RunQuery): Promise<readonly RunRecord[]>
  get(id: string): Promise<RunDetails | undefined>
  counts(plugin: string): Promise<PluginRunCounts>
  addSteps(runId: string, steps: readonly StepRecord[]): Promise<void>
  addArtifact(artifact: Omit<ArtifactRecord, 'createdAt'>): Promise<void>
}

export interface PluginStateStore {
  desired(): Promise<Readonly<Record<string, DesiredState>>>
  setDesired(plugin: string, desired: DesiredState): Promise<void>
}

export interface PluginValueStore {
  get(plugin: string, key: string): Promise<JsonValue | undefined>
  set(plugin: string, key: string, value: JsonValue): Promise<void>
  delete(plugin: string, key: string): Promise<void>
  list(plugin: string, prefix: string): Promise<readonly StoredValue[]>
}

export interface SampleStore {
  append(samples: readonly StoredSample[]): Promise<void>
  /** In order of time, page by page, on the connection for long reads. */
  read(range: SampleRange): AsyncIterable<StoredSample>
}

export interface EventStore {
  since(id: number, limit: number): Promise<readonly RefbotEvent[]>
}

/**
 * The task whose executions are runs, and where its input says which plugin and why: shared with `runs`, so that a
 * run's row commits with its claim.
 */
export const RUN_TASK = 'plugin'

/** One SQLite file behind two threads: one that writes, and one for long reads. */
export class Store implements AsyncDisposable {
  readonly executions: ExecutionStore
  readonly runs: RunStore
  readonly plugins: PluginStateStore
  readonly pluginValues: PluginValueStore
  readonly samples: SampleStore
  readonly events: EventStore
  readonly #writer: StoreConnection
  readonly #reader: StoreConnection

  private constructor(writer: StoreConnection, reader: StoreConnection) {
    this.#writer = writer
    this.#reader = reader
    this.executions = {
      saveJob: (job) => writer.call('job.save', job),
      deleteJob: (id) => writer.call('job.delete', id),
      listJobs: () => writer.call('job.list', undefined),
      claim: (execution) => {
        const run = claimedRun(execution)
        return writer.call('execution.claim', run === undefined ? { execution } : { execution, run })
      },
      update: (id, patch) => writer.call('execution.update', { id, patch }),
      get: (id) => writer.call('execution.get', id),
      list: (query) => writer.call('execution.list', query),
      unfinished: () => writer.call('execution.unfinished', undefined),
    }
    this.runs = {
      list: (query = {}) => writer.call('run.list', query),
      get: (id) => writer.call('run.get', id),
      counts: (plugin) => writer.call('run.counts', plugin),
      addSteps: (runId, steps) => writer.call('run.addSteps', { runId, steps }),
      addArtifact: (artifact) => writer.call('artifact.add', artifact),
    }
    this.plugins = {
      desired: () => writer.call('plugin.desired', undefined),
      setDesired: (plugin, desired) => writer.call('plugin.setDesired', { plugin, desired }),
    }
    this.pluginValues = {
      get: (plugin, key) => writer.call('pluginValue.get', { plugin, key }),
      set: (plugin, key, value) => writer.call('pluginValue.set', { plugin, key, value }),
      delete: (plugin, key) => writer.call('pluginValue.delete', { plugin, key }),
      list: (plugin, prefix) => writer.call('pluginValue.list', { plugin, prefix }),
    }
    this.samples = {
      append: (samples) => writer.call('metric.append', samples),
      read: (range) => readSamples(reader, range),
    }
    this.events = {
      since: (id, limit) => writer.call('event.since', { id, limit }),
    }
  }

  /** @throws RefbotError `STORE_UNUSABLE`, `STORE_NEWER` */
  static async open(options: StoreOptions): Promise<Store> {
    const writer = await StoreConnection.open({ ...options, readOnly: false })
    try {
      return new Store(writer, await StoreConnection.open({ file: options.file, now: options.now, readOnly: true }))
    } catch (error) {
      await writer.close()
      throw error
    }
  }

  /** A reading statement on the connection for long reads: however long it takes, no claim waits for it. */
  select(sql: string, parameters: readonly (string | number | null)[] = []): Promise<Record<string, unknown>[]> {
    return this.#reader.call('select', { sql, parameters })
  }

  /** Deletes at most one batch of what is older than `before`; says whether there is more. */
  prune(table: PrunedTable, before: number): Promise<{ deleted: number; more: boolean }> {
    return this.#writer.call('retention.prune', { table, before })
  }

  async close(): Promise<void> {
    await this.#reader.close()
    await this.#writer.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function claimedRun({ task, input }: ExecutionRecord): ClaimedRun | undefined {
  if (task !== RUN_TASK) return undefined
  const { plugin, cause } = input as ClaimedRun
  return { plugin, cause }
}

async function* readSamples(reader: StoreConnection, range: SampleRange): AsyncGenerator<StoredSample> {
  let page = await reader.call('metric.read', { range })
  while (true) {
    yield* page.samples
    if (page.next === undefined) return
    page = await reader.call('metric.read', { range, after: page.next })
  }
}
