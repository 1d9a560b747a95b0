import type { PluginStatus } from '@refbot/plugin-sdk'
import type {
  Discovery,
  LoadedPlugin,
  MetricCallback,
  PauseOptions,
  PluginManagerOptions,
  PluginOutcome,
  PluginSummary,
} from './manager/index.ts'
import { createRefbot, type Refbot } from './refbot.ts'
import type { Settings } from './runs/index.ts'
import type { RunDetails, RunRecord } from './store/index.ts'

/**
 * Plugins inside a program of one's own. Opens nothing by itself: its first call composes a RefBot without the API. `stopAllPlugins` and disposal release everything; a later call composes anew.
 */
export class PluginManager implements AsyncDisposable {
  readonly #options: PluginManagerOptions
  readonly #metricCallbacks = new Set<MetricCallback>()
  #refbot: Promise<Refbot> | undefined
  /** What is still being let go of; the next composition waits for it. */
  #closing: Promise<void> = Promise.resolve()

  constructor(options: PluginManagerOptions) {
    this.#options = options
  }

  async discoverPlugins(): Promise<Discovery> {
    return (await this.#open()).plugins.discoverPlugins()
  }

  async loadPlugin(id: string): Promise<LoadedPlugin> {
    return (await this.#open()).plugins.loadPlugin(id)
  }

  async startPlugin(id: string): Promise<RunRecord> {
    return (await this.#open()).plugins.startPlugin(id, 'api')
  }

  async stopPlugin(id: string): Promise<void> {
    await (await this.#open()).plugins.stopPlugin(id)
  }

  /** Stops a plugin and forgets what its code said of itself: the next call asks it again. */
  async unloadPlugin(id: string): Promise<void> {
    await (await this.#open()).plugins.unloadPlugin(id)
  }

  /**
   * Asks what runs to come to rest at its next checkpoint, and disarms the schedule. Resolves with the status:
   * `paused` once everything rests, `running` where that takes longer than the time-out.
   */
  async pausePlugin(id: string, options?: PauseOptions): Promise<PluginStatus> {
    return (await this.#open()).plugins.pausePlugin(id, options)
  }

  async resumePlugin(id: string): Promise<PluginStatus> {
    return (await this.#open()).plugins.resumePlugin(id)
  }

  /** Runs an action of a plugin. Resolves when that run has begun. */
  async runAction(id: string, name: string, input: Settings = {}): Promise<RunRecord> {
    return (await this.#open()).plugins.runAction(id, name, input, 'api')
  }

  /** The settings as they are written. */
  async getConfig(id: string): Promise<Settings> {
    return (await this.#open()).plugins.settings.get(id)
  }

  /** Validates settings and writes them to the manifest; they apply from the next run. */
  async setConfig(id: string, settings: Settings): Promise<void> {
    await (await this.#open()).plugins.settings.set(id, settings)
  }

  async getPluginStatus(id: string): Promise<PluginStatus> {
    return (await this.#open()).plugins.getPluginStatus(id)
  }

  async getPluginsSummary(): Promise<readonly PluginSummary[]> {
    return (await this.#open()).plugins.getPluginsSummary()
  }

  async loadAllPlugins(): Promise<readonly PluginOutcome<LoadedPlugin>[]> {
    return (await this.#open()).plugins.loadAllPlugins()
  }

  async startAllPlugins(): Promise<readonly PluginOutcome<RunRecord>[]> {
    return (await this.#open()).plugins.startAllPlugins()
  }

  /** Stops everything and lets go of it: no handle is left afterwards. */
  async stopAllPlugins(): Promise<readonly PluginOutcome<void>[]> {
    const results = await (await this.#open()).plugins.stopAllPlugins()
    await this.#close()
    return results
  }

  /** Resolves once a run is over; at once when it is. */
  async settled(runId: string): Promise<RunDetails> {
    return (await this.#open()).plugins.settled(runId)
  }

  /** Calls back with every batch of samples that a plugin records. Returns what ends it. */
  registerMetricCallback(callback: MetricCallback): () => void {
    this.#metricCallbacks.add(callback)
    return () => this.#metricCallbacks.delete(callback)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  #open(): Promise<Refbot> {
    if (this.#refbot !== undefined) return this.#refbot
    const composed = this.#compose()
    // A failed start is no lasting state: what was wrong can be put right before the next call.
    composed.catch(() => {
      if (this.#refbot === composed) this.#refbot = undefined
    })
    this.#refbot = composed
    return composed
  }

  async #compose(): Promise<Refbot> {
    await this.#closing
    const refbot = await createRefbot({ mode: 'headless', ...this.#options })
    refbot.plugins.registerMetricCallback((plugin, samples) => {
      for (const callback of this.#metricCallbacks) callback(plugin, samples)
    })
    try {
      await refbot.start()
    } catch (error) {
      await refbot[Symbol.asyncDispose]()
      throw error
    }
    return refbot
  }

  #close(): Promise<void> {
    const refbot = this.#refbot
    this.#refbot = undefined
    if (refbot !== undefined) {
      this.#closing = this.#closing
        .then(() => refbot.catch(() => undefined))
        .then((composed) => composed?.[Symbol.asyncDispose]())
    }
    return this.#closing
  }
}
