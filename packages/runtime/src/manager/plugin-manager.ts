import {
  activityOf,
  type DesiredState,
  LIFECYCLE,
  type PluginCommand,
  type PluginStatus,
  pluginStatus,
  type RunCause,
} from '@refbot/plugin-sdk'
import type { PluginScheduler } from '@refbot/scheduler'
import { RefbotError } from '../errors.ts'
import type { RunnablePlugin, RunRequest, Runs, Settings } from '../runs/index.ts'
import type { RunDetails, RunRecord, Store } from '../store/index.ts'
import type { ConfigJobs } from './config-jobs.ts'
import { type BrokenPlugin, type Discovery, discover, discoverFolder } from './discover.ts'
import { InTurn } from './in-turn.ts'
import { PluginJobs } from './jobs.ts'
import { disabled, type LoadedPlugin, type LoadOptions, load, refuseHidden, runnable, toRefbotError } from './load.ts'
import type { PluginManifest } from './manifest.ts'
import { PluginSettings } from './settings.ts'
import { brokenSummary, manifestSummary, type PluginSummary, type WaitingRun, waitingRuns } from './summary.ts'
import type { MetricCallback, PauseOptions, PluginOutcome } from './types.ts'

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

const PAUSE_TIMEOUT_MS = 10_000
/** Of runs that are looked at to tell what plugins wait for. */
const MOST_WAITING = 1000

/**
 * Holds what operators want of each plugin (armed, paused, stopped), stored so that a restart restores it; see
 * `LIFECYCLE` for what follows from that. A plugin's code runs in processes of its own only.
 */
export class ManagedPlugins {
  readonly #services: ManagerServices
  readonly #jobs: PluginJobs
  readonly #loaded = new Map<string, LoadedPlugin>()
  readonly #failed = new Map<string, RefbotError>()
  /** What is stored, what is armed and what runs would tell of different commands, were two of them mixed. */
  readonly #commands = new InTurn()
  readonly settings: PluginSettings

  constructor(services: ManagerServices) {
    this.#services = services
    this.#jobs = new PluginJobs(services.scheduler, services.timeZone)
    this.settings = new PluginSettings({
      manifest: (id) => this.#manifest(id),
      check: (manifest, settings) => this.#load(manifest, { settings }),
      onWritten: (id) => this.#failed.delete(id),
      schema: async (id) => (this.#loaded.get(id) ?? (await this.loadPlugin(id))).description.configSchema,
    })
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
      const loaded = await this.#load(manifest)
      this.#loaded.set(id, loaded)
      this.#failed.delete(id)
      return loaded
    } catch (error) {
      this.#loaded.delete(id)
      this.#failed.set(id, error as RefbotError)
      throw error
    }
  }

  /** Stops the plugin and forgets what its code said of itself: the next run asks it again. */
  async unloadPlugin(id: string): Promise<void> {
    await this.stopPlugin(id)
    this.#loaded.delete(id)
  }

  /** Runs the plugin once, now, and arms its schedule where it has one. Resolves when the run has begun. */
  startPlugin(id: string, cause: RunCause = 'manual'): Promise<RunRecord> {
    return this.#commands.take(id, async () => {
      const loaded = await this.loadPlugin(id)
      await this.#jobs.arm(id, loaded.description.schedule)
      await this.#want(id, 'start')
      this.#services.runs.resume(id)
      return this.#services.runs.start(id, cause)
    })
  }

  /**
   * Runs the plugin once, now, and arms nothing; with settings of this run alone over those of the manifest.
   * @throws RefbotError as {@link loadPlugin}, `PLUGIN_SETTING_HIDDEN`
   */
  async runPlugin(id: string, cause: RunCause = 'manual', settings: Settings = {}): Promise<RunRecord> {
    const isPlain = Object.keys(settings).length === 0
    const manifest = this.#manifest(id)
    const all = { ...manifest.settings, ...settings } as Settings
    const { description } = await this.#ask(manifest, isPlain ? {} : { settings: all })
    refuseHidden(manifest, description.configSchema, settings)
    return this.#services.runs.start(id, cause, isPlain ? {} : { settings })
  }

  /**
   * Runs an action of the plugin: a run as any other, in a process of its own.
   * @throws RefbotError as {@link loadPlugin}, `PLUGIN_ACTION_UNKNOWN`, `PLUGIN_SETTING_HIDDEN`
   */
  async runAction(id: string, name: string, input: Settings = {}, cause: RunCause = 'manual'): Promise<RunRecord> {
    const action: NonNullable<RunRequest['action']> = { name, input }
    const manifest = this.#manifest(id)
    const { description } = await this.#ask(manifest, { action })
    const described = Object.hasOwn(description.actions, name) ? description.actions[name] : undefined
    if (described !== undefined) refuseHidden(manifest, described.input, input)
    return this.#services.runs.start(id, cause, { action })
  }

  /**
   * Disarms the schedule, and asks what runs to come to rest at its next checkpoint. Resolves once it has, or is over;
   * where that takes longer than the time-out with status `running`, and the wish stands.
   * @throws RefbotError `PLUGIN_UNKNOWN`, `PLUGIN_STOPPED`
   */
  async pausePlugin(id: string, { timeoutMs = PAUSE_TIMEOUT_MS }: PauseOptions = {}): Promise<PluginStatus> {
    await this.#commands.take(id, async () => {
      await this.#known(id)
      await this.#want(id, 'pause')
      await this.#jobs.disarm(id)
      this.#services.runs.pause(id)
    })
    // A stop need not wait for what does not come to rest.
    await this.#services.runs.atRest(id, timeoutMs)
    return this.getPluginStatus(id)
  }

  /**
   * Lets paused runs go on, and arms the schedule again.
   * @throws RefbotError as {@link loadPlugin}, `PLUGIN_STOPPED`
   */
  resumePlugin(id: string): Promise<PluginStatus> {
    return this.#commands.take(id, async () => {
      this.#manifest(id)
      await this.#next(id, 'resume')
      const { description } = await this.loadPlugin(id)
      await this.#want(id, 'resume')
      await this.#jobs.arm(id, description.schedule)
      this.#services.runs.resume(id)
      return this.getPluginStatus(id)
    })
  }

  /** Disarms the schedule and aborts what runs; resolves when that has ended. */
  stopPlugin(id: string): Promise<void> {
    return this.#commands.take(id, async () => {
      await this.#known(id)
      try {
        await this.#want(id, 'stop')
        await this.#jobs.disarm(id)
      } finally {
        // Also where that could not be written: what was told to stop must not work on.
        await this.#services.runs.cancelAll(id)
        this.#services.runs.resume(id)
      }
      this.#failed.delete(id)
    })
  }

  /** @throws RefbotError `PLUGIN_UNKNOWN` */
  async getPluginStatus(id: string): Promise<PluginStatus> {
    const unloadable = await this.#known(id)
    return this.#status(id, (await this.#services.store.plugins.desired())[id], unloadable !== undefined)
  }

  /** All plugins, the broken ones included. */
  async getPluginsSummary(): Promise<readonly PluginSummary[]> {
    const { plugins, broken } = await this.discoverPlugins()
    const desired = await this.#services.store.plugins.desired()
    const waiting = waitingRuns(await this.#services.runs.list({ status: 'retrying', limit: MOST_WAITING }))
    const summary = (manifest: PluginManifest) =>
      this.#summary(manifest, desired[manifest.id], waiting.get(manifest.id))
    const brokenOne = ({ id, error }: BrokenPlugin) =>
      brokenSummary(id, error, { desired: desired[id] ?? 'stopped', status: this.#status(id, desired[id], true) })
    const good = await Promise.all(plugins.map(summary))
    return [...good, ...broken.map(brokenOne)].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async loadAllPlugins(): Promise<readonly PluginOutcome<LoadedPlugin>[]> {
    const { plugins, broken } = await this.discoverPlugins()
    return this.#each(plugins.filter(isEnabled), broken, (id) => this.loadPlugin(id))
  }

  /** As {@link startPlugin}, for every plugin that is enabled. */
  async startAllPlugins(): Promise<readonly PluginOutcome<RunRecord>[]> {
    const { plugins, broken } = await this.discoverPlugins()
    return this.#each(plugins.filter(isEnabled), broken, (id) => this.startPlugin(id))
  }

  /** As {@link stopPlugin}, for every plugin that is enabled, and what else there is something of to stop. */
  async stopAllPlugins(): Promise<readonly PluginOutcome<void>[]> {
    const { plugins, broken } = await this.discoverPlugins()
    const desired = await this.#services.store.plugins.desired()
    const wanted = Object.keys(desired).filter((id) => desired[id] !== 'stopped')
    const known = [...plugins, ...broken].map(({ id }) => id)
    const busy = [...wanted, ...known.filter((id) => this.#isActive(id))]
    const ids = new Set([...plugins.filter(isEnabled).map(({ id }) => id), ...busy])
    return this.#each(
      [...ids].map((id) => ({ id })),
      broken.filter(({ id }) => !ids.has(id)),
      (id) => this.stopPlugin(id),
    )
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
  async resolve(id: string, settings?: Settings): Promise<RunnablePlugin> {
    const manifest = this.#manifest(id)
    if (!manifest.enabled) throw disabled(manifest)
    const written = { ...manifest.settings, ...settings } as Settings
    const ask = () => (settings === undefined ? this.loadPlugin(id) : this.#ask(manifest, { settings: written }))
    return runnable(manifest, this.#loaded.get(id) ?? (await ask()), settings)
  }

  /** Brings the jobs of plugins in line with what their operators want; called once, when the scheduler has started. */
  async restore(): Promise<void> {
    const { runs, store } = this.#services
    const desired = await store.plugins.desired()
    const { plugins } = await this.discoverPlugins()
    for (const id of this.#jobs.armed()) {
      if (!plugins.some((manifest) => manifest.id === id)) await this.#jobs.disarm(id)
    }
    await Promise.all(
      plugins.map(async ({ id, enabled }) => {
        if (desired[id] === 'paused') runs.pause(id)
        if (desired[id] !== 'armed' || !enabled) return this.#jobs.disarm(id)
        try {
          const { description } = await this.loadPlugin(id)
          await this.#jobs.arm(id, description.schedule)
        } catch (error) {
          // Kept as its status: one plugin that cannot be loaded or armed must not keep the others from starting.
          this.#failed.set(id, toRefbotError(error))
          await this.#jobs.disarm(id)
        }
      }),
    )
  }

  /** All at the same time: one that hangs holds up no other. */
  async #each<Value>(
    plugins: readonly { readonly id: string }[],
    broken: readonly BrokenPlugin[],
    action: (id: string) => Promise<Value>,
  ): Promise<readonly PluginOutcome<Value>[]> {
    const outcome = async (id: string): Promise<PluginOutcome<Value>> => {
      try {
        return { id, ok: true, value: await action(id) }
      } catch (error) {
        return { id, ok: false, error: toRefbotError(error) }
      }
    }
    const outcomes = await Promise.all(plugins.map(({ id }) => outcome(id)))
    return [...broken.map(({ id, error }) => ({ id, ok: false, error }) as const), ...outcomes]
  }

  /** What is wanted after a command. */
  async #next(id: string, command: PluginCommand): Promise<DesiredState> {
    const desired = (await this.#services.store.plugins.desired())[id] ?? 'stopped'
    const next = LIFECYCLE[desired].commands[command]
    if (typeof next === 'string') return next
    throw new RefbotError(next.refused, `The plugin ${id} is stopped, so there is nothing to ${command}.`, {
      hint: `Start it: refbot plugin start ${id}.`,
    })
  }

  async #want(id: string, command: PluginCommand): Promise<void> {
    const { store, configJobs } = this.#services
    await store.plugins.setDesired(id, await this.#next(id, command))
    await configJobs.follow()
  }

  #status(id: string, desired: DesiredState = 'stopped', unloadable = this.#failed.has(id)): PluginStatus {
    return pluginStatus(desired, activityOf(this.#services.runs.counts(id), unloadable))
  }

  #isActive(id: string): boolean {
    const { working, held } = this.#services.runs.counts(id)
    return working + held > 0
  }

  /** The run that follows need not ask again, nor find settings wrong that it replaces. */
  async #ask(manifest: PluginManifest, given: Omit<LoadOptions, 'marks'>): Promise<LoadedPlugin> {
    const loaded = await this.#load(manifest, given)
    this.#loaded.set(manifest.id, loaded)
    if (given.settings === undefined) this.#failed.delete(manifest.id)
    return loaded
  }

  async #load(manifest: PluginManifest, given: Omit<LoadOptions, 'marks'> = {}): Promise<LoadedPlugin> {
    try {
      return await load(manifest, { marks: this.#services.marks, ...given })
    } catch (error) {
      throw toRefbotError(error)
    }
  }

  async #summary(
    manifest: PluginManifest,
    desired: DesiredState = 'stopped',
    waiting?: WaitingRun,
  ): Promise<PluginSummary> {
    const { id } = manifest
    return manifestSummary(manifest, {
      desired,
      status: this.#status(id, desired),
      counts: await this.#services.store.runs.counts(id),
      nextRunAt: this.#jobs.nextAt(id),
      waiting,
      failed: this.#failed.get(id),
    })
  }

  /**
   * That there is such a plugin: what was started can be told to stop, whatever has become of its manifest since.
   * @returns why it cannot be loaded now
   * @throws RefbotError as {@link #manifest}, of a plugin that nothing is known of besides
   */
  async #known(id: string): Promise<RefbotError | undefined> {
    try {
      this.#manifest(id)
      return this.#failed.get(id)
    } catch (error) {
      const desired = await this.#services.store.plugins.desired()
      if (desired[id] === undefined && !this.#isActive(id)) throw error
      return error as RefbotError
    }
  }

  #manifest(id: string): PluginManifest {
    const own = discoverFolder(this.#services.pluginsDir, id)
    if (own !== undefined) return own
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

function isEnabled({ enabled }: PluginManifest): boolean {
  return enabled
}
