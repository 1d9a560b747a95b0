/** A plugin that was not written, and why. */
export class CreatePluginError extends Error {
  override readonly name = 'CreatePluginError'
  /** Stable, for programs: `CREATE_FOLDER_NOT_EMPTY`. */
  readonly code: string
  /** The next step. */
  readonly hint: string
  /** 1: refused or failed; 2: what was asked for cannot be read; 130: a question was left unanswered. */
  readonly exitCode: number

  constructor(code: string, message: string, hint: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = hint
    this.exitCode = options.exitCode ?? 1
  }
}
