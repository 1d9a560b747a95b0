/** A failure that a user can meet: what was wrong, and what to do. */
export class RefbotError extends Error {
  override readonly name = 'RefbotError'
  /** Stable, for programs: `TARGET_NOT_AUTHORISED`. */
  readonly code: string
  /** The next step, one sentence. */
  readonly hint: string | undefined

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
