import type { MetricsAggregator } from '@refbot/analytics'
import type { JsonValue, PluginPermission } from '@refbot/plugin-sdk'
import type { ProxyScorer } from '@refbot/proxy-scoring'
import type { PluginScheduler } from '@refbot/scheduler'
import type { BrowserProcess, LaunchOptions } from '../browser/index.ts'
import type {
  ActionCall,
  Egress,
  MetricSample,
  PluginCode,
  ProcessLimits,
  RunProgress,
  StopTimes,
} from '../host/index.ts'
import type { LogBook } from '../log/index.ts'
import type { Store } from '../store/index.ts'

/** What a run needs to know of its plugin. */
export interface RunnablePlugin {
  readonly code: PluginCode
  /** The plugin's folder. */
  readonly directory: string
  readonly config: JsonValue
  /** Values that must not be shown, by what is shown instead. */
  readonly hidden: ReadonlyMap<string, string>
  readonly permissions: readonly PluginPermission[]
  /** Names of the secrets that it may read. */
  readonly secrets: readonly string[]
  readonly limits: ProcessLimits
}

export type Settings = { readonly [key: string]: JsonValue }

/** What a run of a plugin is asked to do; nothing: to execute once with the settings of the plugin. */
export interface RunRequest {
  /** Instead of `execute`. */
  readonly action?: ActionCall
  /** Of this run alone, over those of the plugin. */
  readonly settings?: Settings
}

export interface LaunchRequest {
  readonly runId: string
  readonly runDir: string
  readonly marks: Readonly<Record<string, string>>
  readonly leaseServers: () => Iterable<string>
  /** Aborted when the run ends: it waits for no browser any more. */
  readonly signal: AbortSignal
  /** A command to the browser that the relay did not let through. */
  readonly onRefusedCommand: NonNullable<LaunchOptions['onRefusedCommand']>
}

export interface RunsOptions {
  readonly scheduler: PluginScheduler
  readonly store: Store
  readonly analytics: MetricsAggregator
  readonly proxies: ProxyScorer
  readonly egress: Egress
  readonly launch: (request: LaunchRequest) => Promise<BrowserProcess>
  /** Looked up at each attempt, so that a change of the configuration applies from the next one. */
  readonly resolve: (plugin: string, settings: Settings | undefined) => Promise<RunnablePlugin>
  /** @throws RefbotError `SECRET_MISSING` */
  readonly readSecret: (name: string) => string
  /** Validates settings and writes them to the plugin's manifest. */
  readonly setConfig: (plugin: string, settings: JsonValue) => Promise<void>
  readonly dataDir: string
  /** Name the instance in the environment of what is started. */
  readonly marks: Readonly<Record<string, string>>
  readonly logs: LogBook
  /** Of one run's log, asked for at each attempt. */
  readonly runLogBytes: () => number
  readonly userAgentToken: string
  /** Of one attempt, asked for when it starts. */
  readonly stopTimes: () => StopTimes
  /** Unique: names one-shot jobs. */
  readonly newId: () => string
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface RunListeners {
  progress: (runId: string, progress: RunProgress) => void
  metrics: (plugin: string, samples: readonly MetricSample[]) => void
}
