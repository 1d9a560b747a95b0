import { join } from 'node:path'
import type { JsonValue, RunCause } from '@refbot/plugin-sdk'
import { type TaskContext, TaskError } from '@refbot/scheduler'
import { RefbotError } from '../errors.ts'
import {
  RUN_VARIABLE,
  RunFailure,
  type RunProgress,
  runAttempt,
  samplesOf,
  sweepProcesses,
  toRunFailure,
} from '../host/index.ts'
import { RUN_TASK, type RunDetails, type RunQuery, type RunRecord } from '../store/index.ts'
import { requestLog, runLog } from './log.ts'
import { Reasons, recordBatch } from './metrics.ts'
import { Pauses } from './pauses.ts'
import { RequestCounter, refusalLine, requestLine } from './requests.ts'
import { NOT_READY } from './run-job.ts'
import { type RunInput, startRun } from './start-run.ts'
import type { RunListeners, RunRequest, RunsOptions } from './types.ts'

interface ActiveRun {
  readonly plugin: string
  /** Settles when the attempt is over and nothing of it is left. */
  readonly over: Promise<unknown>
  progress: RunProgress | undefined
}

/** From a due trigger to a recorded outcome: the scheduler's task that executes plugins. */
export class Runs {
  readonly #options: RunsOptions
  readonly #active = new Map<string, ActiveRun>()
  readonly #pauses = new Pauses()
  /** Runs that are not claimed yet. */
  readonly #starting = new Set<Promise<RunRecord>>()
  readonly #closed = new AbortController()
  #isOpen = false
  readonly #listeners: { [Name in keyof RunListeners]: Set<RunListeners[Name]> } = {
    progress: new Set(),
    metrics: new Set(),
  }

  constructor(options: RunsOptions) {
    this.#options = options
    const { analytics } = options
    options.scheduler.registerTask(RUN_TASK, (context) => this.#execute(context), {
      onFailure: ({ error, input }) => {
        if (error?.code === NOT_READY)
          analytics.recordOutcome('run.success', false, { labels: { plugin: (input as RunInput).plugin } })
      },
    })
  }

  /** Runs can be started from now on: the scheduler runs. */
  open(): void {
    this.#isOpen = true
  }

  /** Whether runs can be started now. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** No more runs are started; resolves once `stop` has stopped the scheduler, and all that was started is over. */
  async close(stop: () => Promise<void>): Promise<void> {
    this.#isOpen = false
    await Promise.all([this.#idle(), stop()])
    // What was not claimed by now never will be.
    this.#closed.abort(notStarted())
    // Runs that got their turn meanwhile.
    await Promise.all([this.#idle(), Promise.allSettled(this.#starting)])
  }

  /** Resolves once the last attempt is over, its process included. */
  async #idle(): Promise<void> {
    await Promise.allSettled([...this.#active.values()].map(({ over }) => over))
  }

  /**
   * Starts a run now, as a one-shot job: it appears in the store before this resolves.
   * @throws RefbotError `NOT_STARTED`, `STORE_DISK_FULL`, `RUN_NOT_CLAIMED`; nothing is left that could run later then.
   */
  async start(plugin: string, cause: RunCause, request: RunRequest = {}): Promise<RunRecord> {
    if (!this.#isOpen) throw notStarted()
    const starting = startRun(this.#options, { ...request, plugin, cause }, this.#closed.signal)
    this.#starting.add(starting)
    try {
      return await starting
    } finally {
      this.#starting.delete(starting)
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

  /**
   * Aborts all runs of a plugin, those that only wait for a retry or a turn included, and waits until they are over,
   * their processes included.
   */
  async cancelAll(plugin: string): Promise<void> {
    const ids = new Set<string>()
    for (const status of ['running', 'retrying'] as const) {
      for await (const { id } of this.#all({ plugin, status })) ids.add(id)
    }
    const over: Promise<unknown>[] = []
    for (const [id, run] of this.#active) {
      if (run.plugin !== plugin) continue
      ids.add(id)
      over.push(run.over)
    }
    await Promise.all([...ids].map((id) => this.cancel(id)))
    await Promise.allSettled(over)
  }

  async *#all(query: RunQuery): AsyncGenerator<RunRecord> {
    let page = await this.list(query)
    while (page.length > 0) {
      yield* page
      page = await this.list({ ...query, before: page.at(-1)?.id ?? '' })
    }
  }

  /** How many runs of the plugin work at this moment, and how many wait because it is paused. */
  counts(plugin: string): { readonly working: number; readonly held: number } {
    return this.#pauses.counts(plugin)
  }

  /** Asks all runs of a plugin to come to rest at their next checkpoint; attempts that come due are held before they begin. */
  pause(plugin: string): void {
    this.#pauses.pause(plugin)
  }

  /** Resolves once no run of the plugin works any more, at the latest after `timeoutMs`. */
  atRest(plugin: string, timeoutMs: number): Promise<void> {
    return this.#pauses.atRest(plugin, timeoutMs)
  }

  resume(plugin: string): void {
    this.#pauses.resume(plugin)
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

  /** What the gate decided on each of its requests, one JSON object a line. */
  requestsFile(runId: string): string {
    return join(this.#options.dataDir, 'logs', `${runId}.requests.ndjson`)
  }

  #execute(context: TaskContext): Promise<JsonValue | undefined> {
    const { plugin } = context.execution.input as RunInput
    const ended = Promise.withResolvers<void>()
    const active: ActiveRun = { plugin, over: ended.promise, progress: undefined }
    const { id } = context.execution
    this.#active.set(id, active)
    this.#pauses.begin(id, plugin)
    return this.#attempt(context, active).finally(() => {
      this.#active.delete(id)
      this.#pauses.end(id)
      ended.resolve()
    })
  }

  async #attempt({ execution, attempt, signal }: TaskContext, active: ActiveRun): Promise<JsonValue | undefined> {
    const { analytics, resolve, store, egress, proxies, userAgentToken, launch, now, readSecret, setConfig, logs } =
      this.#options
    const { plugin, cause, action, settings } = execution.input as RunInput
    const runId = execution.id
    const labels = { plugin }
    const artifactsDir = this.artifactsDir(runId)
    const marks = { ...this.#options.marks, [RUN_VARIABLE]: runId }
    const began = now()
    const counter = new RequestCounter()
    const refused = new Reasons()
    let outcome = 'failed'
    try {
      const maxBytes = this.#options.runLogBytes()
      await using log = runLog(logs, { file: this.logFile(runId), runId, plugin, attempt, maxBytes })
      await using requests = requestLog(logs, { file: this.requestsFile(runId), maxBytes })
      await this.#pauses.untilResumed(runId, plugin, signal)
      const { permissions, secrets, ...runnable } = await resolve(plugin, settings)
      const result = await runAttempt({
        run: { id: runId, plugin, cause, attempt },
        ...runnable,
        action,
        marks,
        permissions: new Set(permissions),
        secrets: new Set(secrets),
        readSecret,
        setConfig: (changed) => setConfig(plugin, changed),
        artifactsDir,
        userAgentToken,
        egress,
        proxies,
        store,
        signal,
        stopTimes: this.#options.stopTimes(),
        launch: (leaseServers, over) =>
          launch({
            runId,
            runDir: artifactsDir,
            marks,
            leaseServers,
            signal: over,
            onRefusedCommand: ({ method, reason }) =>
              log.write({
                at: now(),
                level: 'warn',
                message: `command refused: ${reason}`,
                fields: { source: 'relay', method },
              }),
          }),
        onStarted: (control) => this.#pauses.started(runId, control),
        onHeld: (held) => this.#held(runId, plugin, held),
        onUsed: ({ peakRssBytes, cpuMs }) => {
          if (peakRssBytes > 0) analytics.record('run.memory', peakRssBytes, { labels })
          analytics.record('run.cpu', cpuMs, { labels })
        },
        onLog: log.write,
        onDropped: (fields) =>
          log.note({ at: now(), level: 'warn', message: 'the plugin said more than could be kept', fields }),
        onRequest: (record) => {
          requests.write(requestLine(record, attempt))
          counter.add(record)
          if (record.verdict === 'refused') log.write(refusalLine(record))
        },
        onMetrics: (batch) => {
          for (const why of recordBatch(analytics, plugin, batch)) {
            if (!refused.isNew(why)) continue
            log.write({ at: now(), level: 'warn', message: `metric refused: ${why}` })
          }
          if (this.#listeners.metrics.size > 0) this.#emit('metrics', plugin, samplesOf(batch))
        },
        onProgress: (progress) => {
          active.progress = progress
          this.#emit('progress', runId, progress)
        },
      })
      outcome = 'success'
      return result
    } catch (error) {
      if (signal.aborted && !isTimeout(signal.reason)) outcome = 'cancelled'
      else if (error instanceof RunFailure && error.code === NOT_READY) outcome = 'not_ready'
      throw toTaskError(error)
    } finally {
      // Whatever detached itself from the plugin's process ends with its run.
      sweepProcesses(RUN_VARIABLE, runId)
      counter.record(analytics, plugin)
      analytics.record('run.duration', now() - began, { labels: { plugin, outcome } })
      // What an operator stopped says nothing about how well the plugin works, nor does what was not ready yet.
      if (outcome === 'success' || outcome === 'failed')
        analytics.recordOutcome('run.success', outcome === 'success', { labels })
    }
  }

  async #held(runId: string, plugin: string, held: boolean): Promise<void> {
    if (!this.#pauses.held(runId, held)) return
    // A store that takes no write must not end the run.
    await this.#options.store.tell('run.held', { runId, plugin, held }).catch(() => undefined)
  }

  #emit<Name extends keyof RunListeners>(name: Name, ...args: Parameters<RunListeners[Name]>): void {
    for (const listener of this.#listeners[name])
      (listener as (...args: Parameters<RunListeners[Name]>) => void)(...args)
  }
}

function notStarted(): RefbotError {
  return new RefbotError('NOT_STARTED', 'RefBot is not running.', { hint: 'Call start() first.' })
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

function toTaskError(error: unknown): unknown {
  if (!(error instanceof RunFailure || error instanceof RefbotError)) return error
  const { code, message, reason, retryable } = toRunFailure(error)
  return new TaskError(message, { code, retryable, ...(reason === undefined ? {} : { reason }) })
}
