import type { Page } from 'playwright-core'
import type { Authorisation, EgressReport } from './egress.ts'
import type { PluginHttp } from './http.ts'
import type { JsonValue } from './json.ts'

/** Everything that a plugin gets from its host. */
export interface PluginContext<Config = unknown> {
  readonly run: RunInfo
  /** Validated, with defaults filled in. */
  readonly config: Readonly<Config>
  /** Aborted when the run is stopped or times out. */
  readonly signal: AbortSignal
  /**
   * Call it between units of work: it is where a run is paused and stopped. Waits while the plugin is paused.
   * @throws StoppedError when the run is being stopped.
   */
  checkpoint(): Promise<void>
  /**
   * Waits `ms` milliseconds, and is a checkpoint all the while.
   * @throws StoppedError when the run is being stopped meanwhile.
   */
  sleep(ms: number): Promise<void>
  readonly log: PluginLog
  readonly metrics: PluginMetricsWriter
  /** Live progress, for people; not stored. */
  progress(done: number, total: number, message?: string): void
  /** Runs `work` as a named, timed part of the run. Steps nest. */
  step<T>(name: string, work: () => T | Promise<T>): Promise<T>
  readonly storage: PluginStorage
  readonly secrets: PluginSecrets
  readonly proxies: ProxyPool
  readonly browser: PluginBrowser
  readonly http: PluginHttp
  readonly artifacts: ArtifactWriter
  readonly events: PluginEvents
  /**
   * What the owner of `url` agreed to.
   * @throws PluginError `TARGET_NOT_AUTHORISED`
   */
  authorisation(url: string): Promise<Authorisation>
}

/** Who caused a run. */
export type RunCause = 'schedule' | 'manual' | 'api'

export interface RunInfo {
  /** UUIDv7, the execution's id. */
  readonly id: string
  readonly plugin: string
  readonly cause: RunCause
  /** 1 for the first. */
  readonly attempt: number
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured lines into the run's log. */
export type PluginLog = {
  readonly [level in LogLevel]: (message: string, fields?: { readonly [key: string]: JsonValue | undefined }) => void
}

export type MetricLabels = { readonly [label: string]: string }

export interface PluginMetricsWriter {
  /** A sample of a series; non-finite values are refused. */
  record(name: string, value: number, labels?: MetricLabels): void
  /** Times `work` in milliseconds into `name`, and records `name.success` as 1 or 0. */
  time<T>(name: string, work: () => T | Promise<T>, labels?: MetricLabels): Promise<T>
}

/** A durable key-value store of the plugin's own. A value is on disk when `set` resolves. */
export interface PluginStorage {
  get(key: string): Promise<JsonValue | undefined>
  set(key: string, value: JsonValue): Promise<void>
  delete(key: string): Promise<void>
  /**
   * Sets `key` to `value` only where it holds `expected` (undefined: nothing) at that moment.
   * @returns whether it did.
   */
  compareAndSet(key: string, expected: JsonValue | undefined, value: JsonValue): Promise<boolean>
  /** Keys and values under a prefix, by key. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: JsonValue }[]>
}

/** The operator's secrets, by name: those that the plugin names and the operator granted to it. */
export interface PluginSecrets {
  /**
   * Whatever the plugin says later (log, errors, results) shows the name instead of the value.
   * @throws PluginError `SECRET_NOT_GRANTED`, `SECRET_MISSING`
   */
  get(name: string): Promise<string>
}

/** Events of the plugin's own, for people and programs that follow the host's stream of events. */
export interface PluginEvents {
  /**
   * Stored and told as `plugin.event`. 16 kB of JSON each, 1,000 a run.
   * @throws PluginError `EVENT_NAME_INVALID`, `EVENT_TOO_LARGE`, `EVENT_LIMIT`
   */
  emit(name: string, data?: JsonValue): Promise<void>
}

export interface LeaseOptions {
  /** Ids of proxies that must not be picked: those that just failed. */
  readonly exclude?: readonly string[]
}

export interface ProxyPool {
  /** False where the operator configured none: pages are then opened directly. */
  available(): Promise<boolean>
  /**
   * The best proxy now. What its pages saw is reported when it is disposed.
   * @throws PluginError `PROXY_NONE_AVAILABLE`
   */
  lease(options?: LeaseOptions): Promise<ProxyLease>
}

export interface ProxyLease extends AsyncDisposable {
  readonly id: string
  /** The proxy's id: protocol, host and port, never a password. */
  readonly proxy: string
  /** As its operator named it. */
  readonly region?: string
  /** Reports a fault that only the plugin could see. */
  fail(reason: string): Promise<void>
}

export interface PageOptions {
  /** The page's target; only its origin, and what its owner listed, can be reached. */
  readonly target: string
  /** Without one the page leaves directly. */
  readonly proxy?: ProxyLease
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly locale?: string
  readonly timeZone?: string
}

export interface PluginBrowser {
  /**
   * A page in a context of its own, in a browser that belongs to this run.
   * @throws PluginError `TARGET_NOT_AUTHORISED`, `TARGET_INVALID`, `BROWSER_MISSING`, `PROXY_NOT_LOOPBACK`
   */
  page(options: PageOptions): Promise<PluginPage>
}

/** A Playwright page that knows what the gate saw of it; disposing it closes its context. */
export type PluginPage = Page & {
  /** What went through the gate so far, and what did not. */
  egress(): Promise<EgressReport>
}

export interface Artifact {
  readonly name: string
  readonly contentType: string
  readonly bytes: number
}

export interface ArtifactWriter {
  /**
   * Keeps a file of the run. `name` is a plain file name.
   * @throws PluginError `ARTIFACT_NAME_INVALID`
   */
  write(name: string, content: Uint8Array | string, contentType: string): Promise<Artifact>
}
