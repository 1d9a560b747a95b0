import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricsAggregator } from '@refbot/analytics'
import type { JsonValue, PluginPermission, RunCause } from '@refbot/plugin-sdk'
import type { ProxyScorer } from '@refbot/proxy-scoring'
import { type ExecutionRecord, type PluginScheduler, type TaskContext, TaskError } from '@refbot/scheduler'
import type { BrowserProcess, LaunchOptions } from '../browser/index.ts'
import type { Gate } from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import {
  INSTANCE_VARIABLE,
  type MetricSample,
  type PluginCode,
  RunFailure,
  type RunProgress,
  runAttempt,
} from '../host/index.ts'
import { RUN_TASK, type RunDetails, type RunQuery, type RunRecord, type Store } from '../store/index.ts'
import { RunLog } from './log.ts'

/** What a run needs to know of its plugin. */
export interface RunnablePlugin {
  readonly code: PluginCode
  readonly config: JsonValue
  readonly permissions: readonly PluginPermission[]
}

export interface LaunchRequest {
  readonly runId: string
  readonly runDir: string
  readonly marks: Readonly<Record<string, string>>
  readonly leaseServers: () => Iterable<string>
  /** A command to the browser that the relay did not let through. */
  readonly onRefusedCommand: NonNullable<LaunchOptions['onRefusedCommand']>
}

export interface RunsOptions {
  readonly scheduler: PluginScheduler
  readonly store: Store
  readonly analytics: MetricsAggregator
  readonly proxies: ProxyScorer
  readonly gate: Gate
  readonly launch: (request: LaunchRequest) => Promise<BrowserProcess>
  /** Looked up at each attempt, so that a change of the configuration applies from the next one. */
  readonly resolve: (plugin: string) => Promise<RunnablePlugin>
  readonly dataDir: string
  readonly userAgentToken: string
  /** Unique: names one-shot jobs. */
  readonly newId: () => string
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface RunListeners {
  progress: (runId: string, progress: RunProgress) => void
  metrics: (plugin: string, samples: readonly MetricSample[]) => void
}

/** From a due trigger to a recorded outcome: the scheduler's task that executes plugins. */
export class Runs {
  readonly #options: RunsOptions
  readonly #active = new Map<string, { plugin: string; progress: RunProgress | undefined }>()
  readonly #listeners: { [Name in keyof RunListeners]: Set<RunListeners[Name]> } = {
    progress: new Set(),
    metrics: new Set(),
  }

  constructor(options: RunsOptions) {
    this.#options = options
    options.scheduler.registerTask(RUN_TASK, (context) => this.#execute(context))
  }

  /** Starts a run now, as a one-shot job: it appears in the store before this resolves. */
  async start(plugin: string, cause: RunCause): Promise<RunRecord> {
    const { scheduler, newId, now } = this.#options
    const id = `run:${plugin}:${newId()}`
    const input = { plugin, cause }
    const execution = Promise.withResolvers<ExecutionRecord>()
    const off = scheduler.on('job:fired', (fired) => {
      if (fired.jobId === id) execution.resolve(fired.execution)
    })
    try {
      await scheduler.add({
        id,
        task: RUN_TASK,
        input,
        origin: 'api',
        triggers: { type: 'at', at: now() },
        overlap: 'allow',
      })
      return { ...(await execution.promise), ...input }
    } finally {
      off()
    }
  }

  /** Newest first. */
  list(query: RunQuery = {}): Promise<readonly RunRecord[]> {
    return this.#options.store.runs.list(query)
  }

  /** @throws RefbotError `RUN_UNKNOWN` */
  async get(id: string): Promise<RunDetails> {
    const run = await this.#options.store.runs.get(id)
    if (run === undefined) {
      throw new RefbotError('RUN_UNKNOWN', `There is no run ${id}.`, { hint: 'List the runs to find its id.' })
    }
    return run
  }

  /** Resolves once the run is over; at once when it is. */
  async settled(id: string): Promise<RunDetails> {
    await this.#options.scheduler.settled(id)
    return this.get(id)
  }

  /** Aborts one run; it ends as `cancelled`. */
  async cancel(id: string): Promise<void> {
    await this.#options.scheduler.cancel(id)
  }

  /** Aborts all runs of a plugin and waits for their ends. */
  async cancelAll(plugin: string): Promise<void> {
    const ids = [...this.#active].filter(([, run]) => run.plugin === plugin).map(([id]) => id)
    await Promise.all(ids.map((id) => this.cancel(id)))
    await Promise.all(ids.map((id) => this.#options.scheduler.settled(id)))
  }

  /** Whether a run of the plugin executes at this moment. */
  isRunning(plugin: string): boolean {
    return [...this.#active.values()].some((run) => run.plugin === plugin)
  }

  /** How far a run is; undefined when it does not say, or is over. */
  progress(id: string): RunProgress | undefined {
    return this.#active.get(id)?.progress
  }

  on<Name extends keyof RunListeners>(name: Name, listener: RunListeners[Name]): () => void {
    this.#listeners[name].add(listener)
    return () => this.#listeners[name].delete(listener)
  }

  artifactsDir(runId: string): string {
    return join(this.#options.dataDir, 'artifacts', runId)
  }

  logFile(runId: string): string {
    return join(this.#options.dataDir, 'logs', `${runId}.ndjson`)
  }

  async #execute({ execution, attempt, signal }: TaskContext): Promise<JsonValue | undefined> {
    const { analytics, resolve, store, gate, proxies, userAgentToken, launch, now } = this.#options
    const { plugin, cause } = execution.input as { plugin: string; cause: RunCause }
    const runId = execution.id
    const artifactsDir = this.artifactsDir(runId)
    const marks = { [INSTANCE_VARIABLE]: this.#options.dataDir, REFBOT_RUN: runId }
    const active = { plugin, progress: undefined as RunProgress | undefined }
    this.#active.set(runId, active)
    mkdirSync(join(this.#options.dataDir, 'logs'), { recursive: true, mode: 0o700 })
    const began = now()
    let outcome = 'failed'
    try {
      await using log = new RunLog(this.logFile(runId))
      const { code, config, permissions } = await resolve(plugin)
      const result = await runAttempt({
        run: { id: runId, plugin, cause, attempt },
        code,
        config,
        marks,
        permissions: new Set(permissions),
        artifactsDir,
        userAgentToken,
        gate,
        proxies,
        store,
        signal,
        launch: (leaseServers) =>
          launch({
            runId,
            runDir: artifactsDir,
            marks,
            leaseServers,
            onRefusedCommand: ({ method, reason }) =>
              log.write({
                at: now(),
                level: 'warn',
                message: `command refused: ${reason}`,
                fields: { source: 'relay', method },
              }),
          }),
        onLog: log.write,
        onMetrics: (samples) => {
          for (const { name, value, labels, at } of samples)
            analytics.record(name, value, { labels: { ...labels, plugin }, at })
          this.#emit('metrics', plugin, samples)
        },
        onProgress: (progress) => {
          active.progress = progress
          this.#emit('progress', runId, progress)
        },
      })
      outcome = 'success'
      return result
    } catch (error) {
      if (signal.aborted) outcome = 'cancelled'
      throw toTaskError(error)
    } finally {
      this.#active.delete(runId)
      analytics.record('run.duration', now() - began, { labels: { plugin, outcome } })
      // What an operator stopped says nothing about how well the plugin works.
      if (outcome !== 'cancelled') analytics.recordOutcome('run.success', outcome === 'success', { labels: { plugin } })
    }
  }

  #emit<Name extends keyof RunListeners>(name: Name, ...args: Parameters<RunListeners[Name]>): void {
    for (const listener of this.#listeners[name])
      (listener as (...args: Parameters<RunListeners[Name]>) => void)(...args)
  }
}

function toTaskError(error: unknown): unknown {
  if (!(error instanceof RunFailure)) return error
  const { code, message, reason, retryable } = error
  return new TaskError(message, { code, retryable, ...(reason === undefined ? {} : { reason }) })
}
