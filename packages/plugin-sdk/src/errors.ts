/** An error whose meaning the host understands: it decides whether the scheduler tries again. */
export class PluginError extends Error {
  override readonly name: string = 'PluginError'
  /** Stable, for programs and alerts. */
  readonly code: string
  /** The next step, one sentence. */
  readonly hint: string | undefined
  /** Recorded as the execution's `reason`: `refused_by_site`, `left_authorised_origin`, or one of the plugin's own. */
  readonly reason: string | undefined
  /** False where another attempt cannot help; the scheduler then makes none. */
  readonly retryable: boolean

  constructor(code: string, message: string, options: PluginErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.reason = options.reason
    this.retryable = options.retryable ?? true
  }
}

export interface PluginErrorOptions {
  readonly hint?: string | undefined
  readonly reason?: string | undefined
  /** Default true. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/**
 * Something outside is not there yet (a service that still boots). The host tries again later, from seconds up to ten
 * minutes apart, and tells that it waits, with this message as the reason.
 */
export class NotReadyError extends PluginError {
  override readonly name = 'NotReadyError'

  constructor(message: string, options: Omit<PluginErrorOptions, 'retryable'> = {}) {
    super('PLUGIN_NOT_READY', message, { ...options, retryable: true })
  }
}

/** The configuration cannot work, however often it is tried. */
export class ConfigError extends PluginError {
  override readonly name = 'ConfigError'

  constructor(message: string, options: Omit<PluginErrorOptions, 'retryable'> = {}) {
    super('PLUGIN_CONFIG_INVALID', message, { ...options, retryable: false })
  }
}

/** Thrown by `checkpoint` and `sleep` when the run is being stopped. Let it pass. */
export class StoppedError extends PluginError {
  override readonly name = 'StoppedError'

  constructor(message = 'The run was stopped.') {
    super('RUN_STOPPED', message, { retryable: false })
  }
}
