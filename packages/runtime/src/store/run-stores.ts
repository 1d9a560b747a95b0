import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import type { ExecutionRecord, ExecutionStore } from '@refbot/scheduler'
import type { StoreConnection } from './connection.ts'
import type { Claim, ClaimedRun } from './operations/executions.ts'
import type { StoredValue } from './operations/plugins.ts'
import type { ArtifactRecord, PluginRunCounts, RunDetails, RunQuery, RunRecord, StepRecord } from './operations/runs.ts'

export interface RunStore {
  /** Newest first. */
  list(query?: RunQuery): Promise<readonly RunRecord[]>
  get(id: string): Promise<RunDetails | undefined>
  counts(plugin: string): Promise<PluginRunCounts>
  addSteps(runId: string, steps: readonly StepRecord[]): Promise<void>
}

export interface ArtifactStore {
  /** Of one run, by name. */
  list(runId: string): Promise<readonly ArtifactRecord[]>
  /** Again under the same name: the record is replaced. */
  add(artifact: Omit<ArtifactRecord, 'createdAt'>): Promise<void>
}

export interface PluginStateStore {
  desired(): Promise<Readonly<Record<string, DesiredState>>>
  setDesired(plugin: string, desired: DesiredState): Promise<void>
}

export interface PluginValueStore {
  get(plugin: string, key: string): Promise<JsonValue | undefined>
  set(plugin: string, key: string, value: JsonValue): Promise<void>
  /** Sets the value only where it is `expected` (undefined: none) at that moment; says whether it did. */
  compareAndSet(plugin: string, key: string, expected: JsonValue | undefined, value: JsonValue): Promise<boolean>
  delete(plugin: string, key: string): Promise<void>
  list(plugin: string, prefix: string): Promise<readonly StoredValue[]>
}

/** What is to run, runs, and ran. */
export interface RunStores {
  readonly executions: ExecutionStore
  readonly runs: RunStore
  readonly artifacts: ArtifactStore
  readonly plugins: PluginStateStore
  readonly pluginValues: PluginValueStore
}

/**
 * The task whose executions are runs, and where its input says which plugin and why: shared with `runs`, so that a
 * run's row commits with its claim.
 */
export const RUN_TASK = 'plugin'

/** @param long the connection for long reads */
export function runStores(writer: StoreConnection, long: () => Promise<StoreConnection>): RunStores {
  return {
    executions: {
      saveJob: (job) => writer.call('job.save', job),
      deleteJob: (id) => writer.call('job.delete', id),
      listJobs: () => writer.call('job.list', undefined),
      claim: (execution) => writer.call('execution.claim', claimOf(execution)),
      claimAll: (executions) => writer.call('execution.claimAll', executions.map(claimOf)),
      update: (id, patch) => writer.call('execution.update', { id, patch }),
      updateAll: (updates) => writer.call('execution.updateAll', updates),
      get: (id) => writer.call('execution.get', id),
      list: (query) => writer.call('execution.list', query),
      unfinished: () => writer.call('execution.unfinished', undefined),
    },
    runs: {
      list: (query = {}) => writer.call('run.list', query),
      get: (id) => writer.call('run.get', id),
      counts: async (plugin) => (await long()).call('run.counts', plugin),
      addSteps: (runId, steps) => writer.call('run.addSteps', { runId, steps }),
    },
    artifacts: {
      list: (runId) => writer.call('artifact.list', runId),
      add: (artifact) => writer.call('artifact.add', artifact),
    },
    plugins: {
      desired: () => writer.call('plugin.desired', undefined),
      setDesired: (plugin, desired) => writer.call('plugin.setDesired', { plugin, desired }),
    },
    pluginValues: {
      get: (plugin, key) => writer.call('pluginValue.get', { plugin, key }),
      set: (plugin, key, value) => writer.call('pluginValue.set', { plugin, key, value }),
      compareAndSet: (plugin, key, expected, value) =>
        writer.call('pluginValue.compareAndSet', { plugin, key, expected, value }),
      delete: (plugin, key) => writer.call('pluginValue.delete', { plugin, key }),
      list: (plugin, prefix) => writer.call('pluginValue.list', { plugin, prefix }),
    },
  }
}

function claimOf(execution: ExecutionRecord): Claim {
  const { task, input } = execution
  if (task !== RUN_TASK) return { execution }
  const { plugin, cause } = input as ClaimedRun
  return { execution, run: { plugin, cause } }
}
