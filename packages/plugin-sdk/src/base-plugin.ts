import type { LogLevel, MetricLabels, PluginContext } from './context.ts'
import type { JsonValue } from './json.ts'
import {
  type ConfigSchema,
  definePlugin,
  type Plugin,
  type PluginPermission,
  type PluginResult,
  type PluginSchedule,
} from './plugin.ts'
import type { PluginStatus } from './status.ts'

/** A class that the host can run: `class` in `plugin_config.json` names its file and export. */
export interface BasePluginClass {
  readonly config: ConfigSchema
  readonly permissions?: readonly PluginPermission[]
  readonly secrets?: readonly string[]
  readonly schedule?: PluginSchedule
  new (): BasePlugin
}

/** Counts of one instance: of this run in a process of the host, of all its runs in a program of one's own. */
export interface BasePluginMetrics {
  readonly runs: number
  readonly succeeded: number
  readonly failed: number
  /** The last value of each series that was recorded. */
  readonly values: Readonly<Record<string, number>>
}

/** What an instance works with: the host's, or that of a test or a program. */
export interface BasePluginHost {
  readonly context: PluginContext<never>
  /** Writes new settings to the manifest; validated first. They apply from the next run. */
  readonly setConfig?: (settings: JsonValue) => Promise<void>
  readonly pause?: () => void
  readonly resume?: () => void
  readonly stop?: () => void
  /** Whether the run waits at a checkpoint. */
  readonly held?: () => boolean
}

/**
 * A plugin as a class: {@link definePlugin} in other clothes, for those who think in classes. A class cannot infer its
 * settings from a static field, so they are named twice: as the type parameter and as `static config`.
 */
export abstract class BasePlugin<Config = unknown> {
  /** Settings of any form, unless a class says otherwise. */
  static readonly config: ConfigSchema = anything()

  #host: BasePluginHost | undefined
  #status: PluginStatus = 'idle'
  #over: Promise<PluginResult> | undefined
  readonly #counts = { runs: 0, succeeded: 0, failed: 0 }
  readonly #values: Record<string, number> = {}

  /** One run. What it returns is kept with the run. */
  abstract execute(context: PluginContext<Config>): Promise<PluginResult> | PluginResult

  /** Called with what `execute` threw, before the host is told. */
  onError(_error: unknown): Promise<void> | void {}

  /** Called with each sample that the plugin records. */
  onMetric(_name: string, _value: number): void {}

  /** Of the host; before the first run an error. */
  protected get context(): PluginContext<Config> {
    return this.#bound().context as unknown as PluginContext<Config>
  }

  get status(): PluginStatus {
    return this.#over !== undefined && this.#host?.held?.() === true ? 'paused' : this.#status
  }

  getConfig(): Readonly<Config> {
    return this.context.config
  }

  /**
   * Validates settings and writes them to `plugin_config.json` in one step. They apply from the next run.
   * @throws PluginError `PLUGIN_CONFIG_INVALID`, and nothing is written
   */
  async setConfig(settings: JsonValue): Promise<void> {
    const { setConfig } = this.#bound()
    if (setConfig === undefined) throw new Error('This host keeps no settings.')
    await setConfig(settings)
  }

  getMetrics(): BasePluginMetrics {
    return { ...this.#counts, values: { ...this.#values } }
  }

  log(level: LogLevel, message: string): void {
    this.context.log[level](message)
  }

  /** Connects the instance with what it works with. A host does so before each run. */
  bind(host: BasePluginHost): void {
    this.#host = { ...host, context: this.#watched(host.context) }
  }

  /** Runs once; a second call while it runs joins the first. */
  start(): Promise<PluginResult> {
    this.#over ??= this.#run().finally(() => {
      this.#over = undefined
    })
    return this.#over
  }

  /** Takes hold at the next checkpoint; until then the status stays `running`. */
  pause(): void {
    if (this.#over !== undefined) this.#host?.pause?.()
  }

  resume(): void {
    if (this.#over !== undefined) this.#host?.resume?.()
  }

  /** Aborts the run and waits until it has ended. */
  async stop(): Promise<void> {
    this.#host?.stop?.()
    await this.#over?.catch(() => undefined)
    this.#status = 'stopped'
  }

  async #run(): Promise<PluginResult> {
    const { context } = this.#bound()
    this.#status = 'running'
    this.#counts.runs += 1
    try {
      const result = await this.execute(context as unknown as PluginContext<Config>)
      this.#counts.succeeded += 1
      this.#status = 'idle'
      return result
    } catch (error) {
      this.#counts.failed += 1
      this.#status = context.signal.aborted ? 'stopped' : 'error'
      if (!context.signal.aborted) await this.onError(error)
      throw error
    }
  }

  #bound(): BasePluginHost {
    if (this.#host !== undefined) return this.#host
    throw new Error('The plugin is not connected to a host: start it with one, or call bind() first.')
  }

  #watched(context: PluginContext<never>): PluginContext<never> {
    const { metrics } = context
    const record: typeof metrics.record = (name, value, labels) => {
      metrics.record(name, value, labels)
      this.#values[name] = value
      this.onMetric(name, value)
    }
    const time = <T>(series: string, work: () => T | Promise<T>, labels?: MetricLabels) =>
      metrics.time.call(watched, series, work, labels) as Promise<T>
    const watched = { record, time }
    return { ...context, metrics: watched }
  }
}

/** What the host loads where `class` names a class: the same thing as any other plugin. */
export function pluginOfClass(
  Class: BasePluginClass,
  connect: (instance: BasePlugin, context: PluginContext) => void,
): Plugin {
  const { config, permissions, secrets, schedule } = Class
  return definePlugin({
    config,
    ...(permissions === undefined ? {} : { permissions }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(schedule === undefined ? {} : { schedule }),
    execute(context) {
      const instance = new Class()
      connect(instance, context)
      return instance.start()
    },
  }) as Plugin
}

function anything(): ConfigSchema {
  const form = () => ({})
  return {
    '~standard': {
      version: 1,
      vendor: 'refbot',
      validate: (value) => ({ value }),
      jsonSchema: { input: form, output: form },
    },
  }
}
