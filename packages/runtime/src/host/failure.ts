import { RefbotError } from '../errors.ts'
import type { PluginExit } from './process.ts'
import { RemoteError } from './remote-error.ts'

/** Why an attempt failed, as the scheduler is told: it alone decides whether there is another. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure'
  readonly code: string
  readonly hint: string | undefined
  /** The execution's reason, such as `refused_by_site`. */
  readonly reason: string | undefined
  readonly retryable: boolean

  constructor(failure: {
    code: string
    message: string
    hint?: string | undefined
    reason?: string | undefined
    retryable: boolean
  }) {
    super(failure.message)
    this.code = failure.code
    this.hint = failure.hint
    this.reason = failure.reason
    this.retryable = failure.retryable
  }
}

/** What cannot change between two attempts. */
const NEVER_RETRIED = new Set([
  'PLUGIN_CONFIG_INVALID',
  'PLUGIN_LOAD_FAILED',
  'PLUGIN_LOAD_TIMEOUT',
  'PLUGIN_INVALID',
  'PLUGIN_API_UNSUPPORTED',
  'PLUGIN_PERMISSION_MISSING',
  'TARGET_INVALID',
  'TARGET_NOT_AUTHORISED',
  'PROXY_NOT_LOOPBACK',
  'PROXY_NOT_ALLOWED',
  'BROWSER_MISSING',
])

export function toRunFailure(error: unknown): RunFailure {
  if (error instanceof RunFailure) return error
  if (error instanceof RemoteError) {
    const code = error.code ?? 'PLUGIN_FAILED'
    const retryable = error.retryable ?? !NEVER_RETRIED.has(code)
    return new RunFailure({ code, message: error.message, hint: error.hint, reason: error.reason, retryable })
  }
  if (error instanceof RefbotError) {
    return new RunFailure({
      code: error.code,
      message: error.message,
      hint: error.hint,
      retryable: !NEVER_RETRIED.has(error.code),
    })
  }
  return new RunFailure({
    code: 'PLUGIN_FAILED',
    message: error instanceof Error ? error.message : String(error),
    retryable: true,
  })
}

/** A process that ended before its run did. */
export function crashed({ code, signal, broken }: PluginExit): RunFailure {
  if (broken !== undefined) {
    return new RunFailure({
      code: 'code' in broken && typeof broken.code === 'string' ? `PLUGIN_${broken.code}` : 'PLUGIN_PROTOCOL_BROKEN',
      message: `The plugin's process was ended: ${broken.message}`,
      hint: 'A plugin talks to its host through ctx only, in messages of at most 1 MB.',
      retryable: false,
    })
  }
  const how = signal === null ? `with code ${code}` : `by ${signal}`
  return new RunFailure({
    code: 'PLUGIN_CRASHED',
    message: `The plugin's process ended ${how} before its run did.`,
    hint: "The run's log holds what it printed.",
    retryable: true,
  })
}
