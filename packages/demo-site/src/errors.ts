/**
 * - `DEMO_USAGE`: a flag or an option has a value that cannot be used.
 * - `DEMO_PORT_BUSY`: the port is taken.
 * - `DEMO_FILE`: the database or the access log cannot be opened or read.
 * - `DEMO_START_FAILED`: the process ended, or said nothing in time, before it was ready.
 */
export type DemoErrorCode = 'DEMO_USAGE' | 'DEMO_PORT_BUSY' | 'DEMO_FILE' | 'DEMO_START_FAILED'

export const demoErrorCodes: readonly DemoErrorCode[] = [
  'DEMO_USAGE',
  'DEMO_PORT_BUSY',
  'DEMO_FILE',
  'DEMO_START_FAILED',
]

/** What went wrong with a demo process, and what to do about it. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
  readonly code: DemoErrorCode
  /** The next step, one sentence. */
  readonly hint: string | undefined

  constructor(code: DemoErrorCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
