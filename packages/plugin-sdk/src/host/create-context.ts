import type {
  ArtifactWriter,
  LogLevel,
  MetricLabels,
  PluginBrowser,
  PluginContext,
  PluginLog,
  PluginMetricsWriter,
  PluginStorage,
  ProxyPool,
  RunInfo,
} from '../context.ts'
import type { Authorisation } from '../egress.ts'
import { PluginError } from '../errors.ts'
import type { PluginHttp } from '../http.ts'
import type { JsonValue } from '../json.ts'
import type { ContextClock } from './clock.ts'
import { PauseGate } from './pause-gate.ts'
import { type FinishedStep, Steps } from './steps.ts'

/** A structured line of a run's log. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields?: { readonly [key: string]: JsonValue | undefined }
}

export interface MetricSample {
  readonly name: string
  readonly value: number
  readonly labels: MetricLabels
  /** Epoch milliseconds. */
  readonly at: number
}

/** What a host has to offer for a context: beyond it, everything is the same in a run and in a test. */
export interface HostPort {
  log(line: LogLine): void
  metric(sample: MetricSample): void
  progress(done: number, total: number, message?: string): void
  step(step: FinishedStep): unknown
  /** The run has come to rest at a checkpoint, or goes on. */
  held(held: boolean): void
  event(name: string, data: JsonValue): Promise<void>
  secret(name: string): Promise<string>
  writeArtifact: ArtifactWriter['write']
  authorisation(url: string): Promise<Authorisation>
  readonly storage: PluginStorage
  readonly proxies: ProxyPool
  readonly browser: PluginBrowser
  readonly http: PluginHttp
}

export interface CreateContextOptions<Config> {
  readonly port: HostPort
  readonly run: RunInfo
  readonly config: Config
  readonly signal: AbortSignal
  readonly clock: ContextClock
}

export interface CreatedContext<Config> {
  readonly context: PluginContext<Config>
  readonly gate: PauseGate
  /** Resolves once every step that ended is with the host. */
  settle(): Promise<void>
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[]
const ARTIFACT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const EVENT_NAME = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/

/** Makes the context that a plugin sees from what its host offers. */
export function createContext<Config>(options: CreateContextOptions<Config>): CreatedContext<Config> {
  const { port, run, config, signal, clock } = options
  const gate = new PauseGate({ signal, clock, onHeld: (held) => port.held(held) })
  const steps = new Steps(clock, (step) => port.step(step))

  const log = (level: LogLevel) => (message: string, fields?: LogLine['fields']) => {
    const step = steps.current()
    const given = fields === undefined || isRecord(fields) ? fields : { value: fields }
    const all = step === undefined ? given : { step, ...given }
    port.log({ at: clock.now(), level, message: String(message), ...(all === undefined ? {} : { fields: all }) })
  }
  const record = (name: string, value: number, labels: MetricLabels = {}) => {
    if (!Number.isFinite(value)) {
      throw new PluginError('METRIC_VALUE_INVALID', `The metric ${name} cannot hold ${value}.`, { retryable: false })
    }
    port.metric({ name, value, labels, at: clock.now() })
  }

  const context: PluginContext<Config> = {
    run,
    config: deepFreeze(config),
    signal,
    checkpoint: () => gate.checkpoint(),
    sleep: (ms) => gate.sleep(ms),
    log: Object.fromEntries(LEVELS.map((level) => [level, log(level)])) as PluginLog,
    metrics: {
      record,
      async time(this: unknown, name, work, labels) {
        // Of whoever wraps this, so that no sample goes past it.
        const { record: into = record } = (this ?? {}) as Partial<PluginMetricsWriter>
        const began = clock.now()
        let succeeded = 0
        try {
          const result = await work()
          succeeded = 1
          return result
        } finally {
          into(name, clock.now() - began, labels)
          into(`${name}.success`, succeeded, labels)
        }
      },
    },
    progress: (done, total, message) => port.progress(done, total, message),
    step: steps.run,
    storage: port.storage,
    secrets: { get: (name) => port.secret(name) },
    proxies: port.proxies,
    browser: port.browser,
    http: port.http,
    events: {
      async emit(name, data = null) {
        if (!EVENT_NAME.test(name) || name.length > 100) {
          throw new PluginError('EVENT_NAME_INVALID', `"${name}" is no name of an event.`, {
            hint: 'Use lower-case words with dots or dashes between them, such as account.created.',
            retryable: false,
          })
        }
        await port.event(name, data)
      },
    },
    artifacts: {
      async write(name, content, contentType) {
        if (!ARTIFACT_NAME.test(name)) {
          throw new PluginError('ARTIFACT_NAME_INVALID', `"${name}" is no plain file name.`, {
            hint: 'Use letters, digits, dot, dash and underscore, 128 at most.',
            retryable: false,
          })
        }
        return port.writeArtifact(name, content, contentType)
      },
    },
    authorisation: (url) => port.authorisation(url),
  }
  return { context, gate, settle: () => steps.settle() }
}

/** Settings are the operator's; a plugin that changed them would see its own change in the next step only. */
function deepFreeze<Value>(value: Value): Readonly<Value> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && isPlain(value)) {
    Object.freeze(value)
    for (const item of Object.values(value)) deepFreeze(item)
  }
  return value
}

function isRecord(value: unknown): value is NonNullable<LogLine['fields']> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPlain(value: object): boolean {
  return (
    Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null
  )
}
