import { mkdir } from 'node:fs/promises'
import type { JsonValue, RunInfo } from '@refbot/plugin-sdk'
import { type LogLine, Redactor } from '@refbot/plugin-sdk/host'
import { answerOf } from './answer.ts'
import { crashed, RunFailure, toRunFailure } from './failure.ts'
import { LOAD_LIMIT_MS, LoadDeadline } from './load-deadline.ts'
import { isJson } from './plain.ts'
import { type PluginProcess, TERM_GRACE_MS } from './process.ts'
import { type ActionCall, NonsenseError, type PluginCode, PROTOCOL_VERSION } from './protocol.ts'
import { RunSession, type SessionOptions } from './session.ts'
import { startProcess } from './start.ts'
import type { ProcessLimits } from './watchdog.ts'

/** How long an attempt that is stopped is given, in ms. */
export interface StopTimes {
  /** From being asked until SIGTERM; at most and by default 10,000. */
  readonly graceMs?: number
  /** From SIGTERM until SIGKILL; at most and by default 2,000. */
  readonly termMs?: number
}

/** What can be asked of an attempt while it is under way. */
export interface AttemptControl {
  /** Takes hold at its next checkpoint. */
  pause(): void
  resume(): void
}

export interface AttemptOptions extends Omit<SessionOptions, 'runId' | 'attempt' | 'plugin' | 'onOver' | 'redactor'> {
  readonly run: RunInfo
  readonly code: PluginCode
  /** The plugin's folder. */
  readonly directory: string
  readonly config: JsonValue
  /** Values that must not be shown, by what is shown instead. */
  readonly hidden: ReadonlyMap<string, string>
  readonly action?: ActionCall | undefined
  readonly limits: ProcessLimits
  /** By which everything that the attempt starts can be found. */
  readonly marks: Readonly<Record<string, string>>
  /** Asks the attempt to end; it is given `stopTimes` to. */
  readonly signal: AbortSignal
  readonly stopTimes?: StopTimes | undefined
  /** How long its code may take to load; default 30,000. */
  readonly loadMs?: number
  /** Called when its process has started. */
  readonly onStarted: (control: AttemptControl) => void
  /** Called when its process has ended, with what it used. */
  readonly onUsed: (used: { readonly peakRssBytes: number; readonly cpuMs: number }) => void
}

const STOP_GRACE_MS = 10_000

/** Within this time of being asked to end, an attempt has ended, whatever its plugin does; in ms. */
export const STOP_LIMIT_MS = STOP_GRACE_MS + TERM_GRACE_MS + 8000

/**
 * Executes a plugin once, in a process of its own that ends with the attempt.
 * @throws RunFailure
 */
export async function runAttempt(options: AttemptOptions): Promise<JsonValue | undefined> {
  const { run, code, config, action, artifactsDir, signal, stopTimes = {} } = options
  const { graceMs = STOP_GRACE_MS, termMs = TERM_GRACE_MS } = stopTimes
  await mkdir(artifactsDir, { recursive: true, mode: 0o700 })
  const ending = Promise.withResolvers<never>()
  ending.promise.catch(() => undefined)
  const redactor = new Redactor()
  for (const [name, value] of options.hidden) redactor.add(name, value)
  const onLog: AttemptOptions['onLog'] = ({ message, fields, ...line }) =>
    options.onLog({
      ...line,
      message: redactor.text(message),
      ...(fields === undefined ? {} : { fields: redactor.json(fields) }),
    })

  await using session = new RunSession({
    ...options,
    runId: run.id,
    attempt: run.attempt,
    plugin: run.plugin,
    redactor,
    onLog,
    onProgress: ({ message, ...progress }) =>
      options.onProgress({ ...progress, ...(message === undefined ? {} : { message: redactor.text(message) }) }),
    onOver: ending.reject,
  })
  try {
    const start = {
      marks: options.marks,
      code,
      directory: options.directory,
      writable: artifactsDir,
      permissions: options.permissions,
      limits: options.limits,
      termGraceMs: Math.min(termMs, TERM_GRACE_MS),
      api: session.api,
      onOutput: (line: string) => onLog({ at: Date.now(), level: 'info', message: line, fields: { source: 'output' } }),
    }
    await using process = await startProcess(start, signal)
    await using stack = new AsyncDisposableStack()
    // Before the process is let go of: what has ended tells nothing.
    stack.defer(() => options.onUsed(process.used))
    stack.use(stopAfter(signal, Math.min(graceMs, STOP_GRACE_MS), process, ending.reject))
    options.onStarted({
      pause: () => void process.rpc.pause.asEvent().catch(() => undefined),
      resume: () => void process.rpc.resume.asEvent().catch(() => undefined),
    })
    const request = { protocol: PROTOCOL_VERSION, code, config, run, artifactsDir }
    const call = process.rpc.execute(action === undefined ? request : { ...request, action })
    using deadline = new LoadDeadline(options.loadMs ?? LOAD_LIMIT_MS)
    void process.loaded.then(() => deadline[Symbol.dispose]())
    return redactor.json(asResult(await answerOf(process, call, ending.promise, deadline.late)))
  } catch (error) {
    const failure = toRunFailure(error)
    if (failure.reason === 'refused_by_site' && failure.code !== 'ORIGIN_PAUSED') {
      // What the site said counts, whatever else goes wrong: a run that was turned away is never tried again.
      await session.reportRefusal().catch((cause: unknown) => onLog(notPaused(cause)))
    }
    throw failure.redacted(redactor)
  }
}

function notPaused(cause: unknown): LogLine {
  const error = cause instanceof Error ? cause.message : String(cause)
  return { at: Date.now(), level: 'warn', message: 'the origin could not be paused for other runs', fields: { error } }
}

/** @throws RunFailure where it is none: a plugin's process hands on JSON only. */
function asResult(answer: unknown): JsonValue | undefined {
  if (answer === undefined || isJson(answer)) return answer
  throw crashed({ code: null, signal: null, broken: new NonsenseError('The result of the run was no JSON.') })
}

function stopAfter(
  signal: AbortSignal,
  graceMs: number,
  process: PluginProcess,
  end: (error: Error) => void,
): Disposable {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    void process.rpc.abort.asEvent('The run is being stopped.').catch(() => undefined)
    timer = setTimeout(() => {
      const message = `The plugin did not end within ${graceMs} ms of being asked to.`
      end(new RunFailure({ code: 'PLUGIN_UNRESPONSIVE', message, retryable: false }))
    }, graceMs)
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}
