import type { Redactor } from '@refbot/plugin-sdk/host'
import { pausedError } from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import type { OriginPause } from '../store/index.ts'
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

  /** The same, with nothing in its text that must not be shown. */
  redacted(redactor: Redactor): RunFailure {
    const { code, message, hint, reason, retryable } = this
    const said = { message: redactor.text(message), hint: hint === undefined ? undefined : redactor.text(hint) }
    return new RunFailure({ code, ...said, reason, retryable })
  }
}

/** What cannot change between two attempts. */
const NEVER_RETRIED = new Set([
  'PLUGIN_CONFIG_INVALID',
  'PLUGIN_CONFIG_SCHEMA_INVALID',
  'PLUGIN_UNKNOWN',
  'PLUGIN_DISABLED',
  'PLUGIN_MANIFEST_INVALID',
  'PLUGIN_ACTION_UNKNOWN',
  'PLUGIN_LOAD_FAILED',
  'PLUGIN_LOAD_TIMEOUT',
  'PLUGIN_INVALID',
  'PLUGIN_API_UNSUPPORTED',
  'PLUGIN_PROTOCOL_MISMATCH',
  'PLUGIN_LINK_OUTSIDE',
  'SECRET_NOT_GRANTED',
  'SECRET_MISSING',
  'PLUGIN_PERMISSION_MISSING',
  'TARGET_INVALID',
  'TARGET_NOT_AUTHORISED',
  'PROXY_NOT_LOOPBACK',
  'PROXY_NOT_ALLOWED',
  'BROWSER_MISSING',
  'ORIGIN_PAUSED',
  'AUTHORISATION_LOST',
])

/** What the execution's reason is where an error of the host has one. */
const REASONS: Readonly<Record<string, string>> = { ORIGIN_PAUSED: 'refused_by_site' }

export function toRunFailure(error: unknown): RunFailure {
  if (error instanceof RunFailure) return error
  if (error instanceof RemoteError) {
    const code = error.code ?? 'PLUGIN_FAILED'
    const retryable = (error.retryable ?? true) && !NEVER_RETRIED.has(code)
    const reason = error.reason ?? REASONS[code]
    return new RunFailure({ code, message: error.message, hint: error.hint, reason, retryable })
  }
  if (error instanceof RefbotError) {
    return new RunFailure({
      code: error.code,
      message: error.message,
      hint: error.hint,
      reason: REASONS[error.code],
      retryable: !NEVER_RETRIED.has(error.code),
    })
  }
  return new RunFailure({
    code: 'PLUGIN_FAILED',
    message: error instanceof Error ? error.message : String(error),
    retryable: true,
  })
}

/** A page tried to leave for where nobody agreed. */
export function leftAuthorisedOrigin(origin: string): RunFailure {
  return new RunFailure({
    code: 'LEFT_AUTHORISED_ORIGIN',
    message: `A page tried to go to ${origin}, which is not part of this run's target.`,
    hint: 'Point the run at the origin that it ends on, or correct the redirect.',
    reason: 'left_authorised_origin',
    retryable: false,
  })
}

/** The right to a target was withdrawn, changed or ran out while the run went on. */
export function authorisationLost(origin: string, problems: readonly string[]): RunFailure {
  return new RunFailure({
    code: 'AUTHORISATION_LOST',
    message: `${origin} no longer agrees to be tested. ${problems.join(' ')}`,
    hint: `See what it says now: refbot authorize check ${origin}`,
    reason: 'authorisation_lost',
    retryable: false,
  })
}

/** Another run was turned away by the site meanwhile. */
export function originPaused(pause: OriginPause): RunFailure {
  return toRunFailure(pausedError(pause))
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
