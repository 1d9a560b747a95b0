import type {
  DesiredState,
  JsonValue,
  PluginPermission,
  PluginSchedule,
  PluginStatus,
  RunCause,
} from '@refbot/plugin-sdk'
import type { PluginScheduler, ScheduleConfig, Trigger } from '@refbot/scheduler'
import { RefbotError } from '../errors.ts'
import { describePlugin, type MetricSample, type PluginDescription, STOP_LIMIT_MS } from '../host/index.ts'
import type { RunnablePlugin, Runs } from '../runs/index.ts'
import { RUN_TASK, type RunDetails, type RunRecord, type Store } from '../store/index.ts'
import type { ConfigJobs } from './config-jobs.ts'
import { type Discovery, discover, type PluginManifest } from './manifest.ts'
import { brokenSummary, type PluginSummary, pluginMetrics } from './summary.ts'

export interface PluginManagerOptions {
  /** Folder with one plugin per sub-folder. */
  readonly pluginsDir: string
}

/** What the manager works on; composed by `createRefbot`. */
export interface ManagerServices {
  readonly pluginsDir: string
  readonly scheduler: PluginScheduler
  readonly runs: Runs
  readonly store: Store
  /** Jobs of the configuration: those of a plugin that is stopped do not fire. */
  readonly configJobs: Pick<ConfigJobs, 'follow'>
  /** Names this instance in the environment of what it starts. */
  readonly marks: Readonly<Record<string, string>>
  /** In which cron expressions of plugins without a zone are read. */
  readonly timeZone?: string | undefined
}

/** A plugin whose code was asked what it is. */
export interface LoadedPlugin {
  readonly manifest: PluginManifest
  readonly description: PluginDescription
  /** What it may do: the manifest's word, or what the code asks for where the manifest is silent. */
  readonly permissions: readonly PluginPermission[]
}

/** What became of one plugin of several; one that fails holds up no other. */
export type PluginResult<Value> =
  | { readonly id: string; readonly ok: true; readonly value: Value }
  | { readonly id: string; readonly ok: false; readonly error: RefbotError }

export type MetricCallback = (plugin: string, samples: readonly MetricSample[]) => void

/**
 * Holds what operators want of each plugin (armed, paused, stopped), stored so that a restart restores it.
 * A plugin's code runs in processes of its own only: there is nothing of it to keep alive, and nothing to unload.
 */
export class ManagedPlugins {
  readonly #services: ManagerServices
  readonly #loaded = new Map<string, LoadedPlugin>()
  readonly #failed = new Map<string, RefbotError>()

  constructor(services: ManagerServices) {
    this.#services = services
  }

  /** Reads manifests; runs no code. */
  async discoverPlugins(): Promise<Discovery> {
    return discover(this.#services.pluginsDir)
  }

  /**
   * Asks the plugin what it is, and checks its settings against its schema.
   * @throws RefbotError `PLUGIN_UNKNOWN`, `PLUGIN_DISABLED`, `PLUGIN_CONFIG_INVALID`, and what loading its code ends in.
   */
  async loadPlugin(id: string): Promise<LoadedPlugin> {
    const manifest = this.#manifest(id)
    try {
      if (!manifest.enabled) throw disabled(manifest)
      const loaded = await load(manifest, this.#services.marks)
      this.#loaded.set(id, loaded)
      this.#failed.delete(id)
      return loaded
    } catch (error) {
      const failure = toRefbotError(error)
      this.#loaded.delete(id)
      this.#failed.set(id, failure)
      throw failure
    }
  }

  /** Runs the plugin once, now, and arms its schedule where it has one. Resolves when the run has begun. */
  async startPlugin(id: string, cause: RunCause = 'manual'): Promise<RunRecord> {
    const { runs, store, configJobs } = this.#services
    const loaded = await this.loadPlugin(id)
    await this.#arm(loaded)
    await store.plugins.setDesired(id, 'armed')
    await configJobs.follow()
    return runs.start(id, cause)
  }

  /** Disarms the schedule and aborts what runs; resolves when that has ended. */
  async stopPlugin(id: string): Promise<void> {
    const { runs, store, configJobs } = this.#services
    this.#manifest(id)
    await store.plugins.setDesired(id, 'stopped')
    await this.#disarm(id)
    await configJobs.follow()
    await runs.cancelAll(id)
  }

  /** @throws RefbotError `PLUGIN_UNKNOWN` */
  async getPluginStatus(id: string): Promise<PluginStatus> {
    this.#manifest(id)
    return this.#status(id, (await this.#services.store.plugins.desired())[id])
  }

  /** All plugins, the broken ones included. */
  async getPluginsSummary(): Promise<readonly PluginSummary[]> {
    const { plugins, broken } = await this.discoverPlugins()
    const desired = await this.#services.store.plugins.desired()
    const good = await Promise.all(plugins.map((manifest) => this.#summary(manifest, desired[manifest.id])))
    return [...good, ...broken.map(({ id, error }) => brokenSummary(id, error))].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  loadAllPlugins(): Promise<readonly PluginResult<LoadedPlugin>[]> {
    return this.#each((id) => this.loadPlugin(id))
  }

  /** As {@link startPlugin}, for every plugin that is enabled. */
  startAllPlugins(): Promise<readonly PluginResult<RunRecord>[]> {
    return this.#each((id) => this.startPlugin(id))
  }

  stopAllPlugins(): Promise<readonly PluginResult<void>[]> {
    return this.#each((id) => this.stopPlugin(id))
  }

  /** Calls back with every batch of samples that a plugin records. Returns what ends it. */
  registerMetricCallback(callback: MetricCallback): () => void {
    return this.#services.runs.on('metrics', callback)
  }

  /** Resolves once a run is over; at once when it is. */
  settled(runId: string): Promise<RunDetails> {
    return this.#services.runs.settled(runId)
  }

  /** What an attempt needs of its plugin, with the settings as they are written now. */
  async resolve(id: string): Promise<RunnablePlugin> {
    const manifest = this.#manifest(id)
    if (!manifest.enabled) throw disabled(manifest)
    const loaded = this.#loaded.get(id) ?? (await this.loadPlugin(id))
    const permissions = manifest.permissions ?? loaded.permissions
    return { code: manifest.code, config: manifest.settings as JsonValue, permissions }
  }

  /** Brings the jobs of plugins in line with what their operators want; called once, when the scheduler has started. */
  async restore(): Promise<void> {
    const desired = await this.#services.store.plugins.desired()
    const { plugins } = await this.discoverPlugins()
    for (const job of this.#services.scheduler.jobs()) {
      const id = pluginOfJob(job.config.id)
      if (id !== undefined && !plugins.some((manifest) => manifest.id === id)) await this.#disarm(id)
    }
    await Promise.all(
      plugins.map(async ({ id, enabled }) => {
        if (desired[id] !== 'armed' || !enabled) return this.#disarm(id)
        await this.loadPlugin(id).then(
          (loaded) => this.#arm(loaded),
          // Kept as its status: one plugin that cannot be loaded must not keep the others from starting.
          () => this.#disarm(id),
        )
      }),
    )
  }

  async #each<Value>(action: (id: string) => Promise<Value>): Promise<readonly PluginResult<Value>[]> {
    const { plugins, broken } = await this.discoverPlugins()
    const results: PluginResult<Value>[] = broken.map(({ id, error }) => ({ id, ok: false, error }))
    for (const { id } of plugins.filter(({ enabled }) => enabled)) {
      try {
        results.push({ id, ok: true, value: await action(id) })
      } catch (error) {
        results.push({ id, ok: false, error: toRefbotError(error) })
      }
    }
    return results
  }

  async #arm({ manifest, description }: LoadedPlugin): Promise<void> {
    const { scheduler, timeZone } = this.#services
    const { schedule } = description
    if (schedule === undefined) return this.#disarm(manifest.id)
    const config: ScheduleConfig = {
      id: jobOfPlugin(manifest.id),
      task: RUN_TASK,
      input: { plugin: manifest.id, cause: 'schedule' satisfies RunCause },
      origin: 'plugin',
      concurrencyKey: RUN_TASK,
      abortGraceMs: STOP_LIMIT_MS,
      triggers: triggerOf(schedule, timeZone),
    }
    await scheduler.replace(config)
  }

  async #disarm(id: string): Promise<void> {
    if (this.#job(id) !== undefined) await this.#services.scheduler.remove(jobOfPlugin(id))
  }

  #job(id: string) {
    return this.#services.scheduler.job(jobOfPlugin(id))
  }

  #status(id: string, desired: DesiredState = 'stopped'): PluginStatus {
    if (this.#services.runs.isRunning(id)) return 'running'
    if (this.#failed.has(id)) return 'error'
    return desired === 'armed' ? 'idle' : desired
  }

  async #summary(manifest: PluginManifest, desired: DesiredState = 'stopped'): Promise<PluginSummary> {
    const { id, name, description, version, enabled } = manifest
    const failed = this.#failed.get(id)
    return {
      id,
      name,
      description,
      version,
      enabled,
      desired,
      status: this.#status(id, desired),
      metrics: pluginMetrics(await this.#services.store.runs.counts(id)),
      nextRunAt: this.#job(id)?.nextAt,
      error: failed === undefined ? undefined : { code: failed.code, message: failed.message },
    }
  }

  #manifest(id: string): PluginManifest {
    const { plugins, broken } = discover(this.#services.pluginsDir)
    const found = plugins.find((plugin) => plugin.id === id)
    if (found !== undefined) return found
    const failure = broken.find((plugin) => plugin.id === id)?.error
    if (failure !== undefined) throw failure
    const known = plugins.map((plugin) => plugin.id).join(', ') || 'none'
    throw new RefbotError('PLUGIN_UNKNOWN', `There is no plugin ${id} in ${this.#services.pluginsDir}.`, {
      hint: `Known plugins: ${known}.`,
    })
  }
}

function disabled({ id, directory }: PluginManifest): RefbotError {
  return new RefbotError('PLUGIN_DISABLED', `The plugin ${id} is disabled.`, {
    hint: `Set "enabled": true in ${directory}/plugin_config.json.`,
  })
}

async function load(manifest: PluginManifest, marks: Readonly<Record<string, string>>): Promise<LoadedPlugin> {
  const description = await describePlugin(manifest.code, manifest.settings as JsonValue, { marks })
  if (description.configIssues.length > 0) {
    throw new RefbotError(
      'PLUGIN_CONFIG_INVALID',
      `The settings of ${manifest.id} are not valid. ${description.configIssues.join('. ')}.`,
      { hint: `Correct "settings" in ${manifest.directory}/plugin_config.json.` },
    )
  }
  return { manifest, description, permissions: manifest.permissions ?? (description.permissions as PluginPermission[]) }
}

const JOB_PREFIX = 'plugin:'

function jobOfPlugin(id: string): string {
  return JOB_PREFIX + id
}

function pluginOfJob(id: string): string | undefined {
  return id.startsWith(JOB_PREFIX) ? id.slice(JOB_PREFIX.length) : undefined
}

function triggerOf(schedule: PluginSchedule, timeZone: string | undefined): Trigger {
  if ('everyMs' in schedule) return { type: 'interval', everyMs: schedule.everyMs }
  const zone = schedule.timeZone ?? timeZone
  return { type: 'cron', expression: schedule.cron, ...(zone === undefined ? {} : { timeZone: zone }) }
}

function toRefbotError(error: unknown): RefbotError {
  if (error instanceof RefbotError) return error
  const { code = 'PLUGIN_LOAD_FAILED', message, hint } = error as Error & { code?: string; hint?: string }
  return new RefbotError(code, message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
