import type { MetricBlock, MetricStore } from '@refbot/analytics'
import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import type { ExecutionRecord, ExecutionStore } from '@refbot/scheduler'
import { StoreConnection } from './connection.ts'
import type { RefbotEvent } from './event-types.ts'
import type { ClaimedRun } from './operations/executions.ts'
import type { BlockRange } from './operations/metrics.ts'
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
  readonly metrics: MetricStore
  readonly events: EventStore
  readonly #writer: StoreConnection
  readonly #openReader: () => Promise<StoreConnection>
  #reader: Promise<StoreConnection> | undefined

  private constructor(writer: StoreConnection, openReader: () => Promise<StoreConnection>) {
    this.#writer = writer
    this.#openReader = openReader
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
    this.metrics = {
      append: (blocks) => writer.call('metric.append', blocks),
      read: (range) => readBlocks(() => this.#long(), range),
      prune: (tier, before, limit = 1000) => writer.call('metric.prune', { tier, before, limit }),
    }
    this.events = {
      since: (id, limit) => writer.call('event.since', { id, limit }),
    }
  }

  /** @throws RefbotError `STORE_UNUSABLE`, `STORE_NEWER` */
  static async open(options: StoreOptions): Promise<Store> {
    const writer = await StoreConnection.open({ ...options, readOnly: false })
    const { file, now } = options
    return new Store(writer, () => StoreConnection.open({ file, now, readOnly: true }))
  }

  /** The connection for long reads, opened by the first of them. */
  #long(): Promise<StoreConnection> {
    this.#reader ??= this.#openReader()
    return this.#reader
  }

  /** A reading statement on the connection for long reads: however long it takes, no claim waits for it. */
  async select(sql: string, parameters: readonly (string | number | null)[] = []): Promise<Record<string, unknown>[]> {
    return (await this.#long()).call('select', { sql, parameters })
  }

  /** Deletes at most one batch of what is older than `before`; says whether there is more. */
  prune(table: PrunedTable, before: number): Promise<{ deleted: number; more: boolean }> {
    return this.#writer.call('retention.prune', { table, before })
  }

  async close(): Promise<void> {
    await (await this.#reader)?.close()
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

async function* readBlocks(
  open: () => Promise<StoreConnection>,
  range: BlockRange,
): AsyncGenerator<readonly MetricBlock[]> {
  if (range.names?.length === 0) return
  const reader = await open()
  let page = await reader.call('metric.read', { range })
  while (true) {
    if (page.blocks.length > 0) yield page.blocks
    if (page.next === undefined) return
    page = await reader.call('metric.read', { range, after: page.next })
  }
}
