import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue, RunInfo } from '@refbot/plugin-sdk'
import { answerOf } from './answer.ts'
import { RunFailure } from './failure.ts'
import { PluginProcess, TERM_GRACE_MS } from './process.ts'
import type { PluginCode } from './protocol.ts'
import { RunSession, type SessionOptions } from './session.ts'

export interface AttemptOptions extends Omit<SessionOptions, 'runId' | 'attempt' | 'plugin' | 'onOver'> {
  readonly run: RunInfo
  readonly code: PluginCode
  readonly config: JsonValue
  /** By which everything that the attempt starts can be found. */
  readonly marks: Readonly<Record<string, string>>
  /** Asks the attempt to end; it is given `stopGraceMs` to. */
  readonly signal: AbortSignal
  /** Default 10,000. */
  readonly stopGraceMs?: number
}

const STOP_GRACE_MS = 10_000

/** Within this time of being asked to end, an attempt has ended, whatever its plugin does; in ms. */
export const STOP_LIMIT_MS = STOP_GRACE_MS + TERM_GRACE_MS + 8000

/**
 * Executes a plugin once, in a process of its own that ends with the attempt.
 * @throws RunFailure
 */
export async function runAttempt(options: AttemptOptions): Promise<JsonValue | undefined> {
  const { run, code, config, artifactsDir, signal } = options
  await mkdir(artifactsDir, { recursive: true, mode: 0o700 })
  const ending = Promise.withResolvers<never>()
  ending.promise.catch(() => undefined)

  await using session = new RunSession({
    ...options,
    runId: run.id,
    attempt: run.attempt,
    plugin: run.plugin,
    onOver: ending.reject,
  })
  await using process = new PluginProcess({
    marks: options.marks,
    cwd: dirname(fileURLToPath(code.url)),
    tmpDir: artifactsDir,
    api: session.api,
    onOutput: (line) => options.onLog({ at: Date.now(), level: 'info', message: line, fields: { source: 'output' } }),
  })
  const grace = stopAfter(signal, options.stopGraceMs ?? STOP_GRACE_MS, process, ending.reject)
  try {
    return await answerOf(process, process.rpc.execute({ code, config, run, artifactsDir }), ending.promise)
  } catch (error) {
    if (error instanceof RunFailure && error.reason === 'refused_by_site' && error.code !== 'ORIGIN_PAUSED')
      await session.reportRefusal()
    throw error
  } finally {
    grace[Symbol.dispose]()
  }
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
