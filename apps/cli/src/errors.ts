import type { ConfigProblem } from '@refbot/runtime'

/** A mistake in how the CLI was called, or in what it found on this machine. */
export class CliError extends Error {
  override readonly name = 'CliError'
  /** Stable, for programs: `CLI_UNKNOWN_FLAG`. */
  readonly code: string
  readonly hint: string
  readonly exitCode: number

  constructor(code: string, message: string, hint: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = hint
    this.exitCode = options.exitCode ?? 1
  }
}

/** The command line itself is wrong; nothing was tried. Exit code 2. */
export function usageError(code: string, message: string, hint: string): CliError {
  return new CliError(code, message, hint, { exitCode: 2 })
}

/** What is said of an error, whoever threw it. */
export interface ErrorText {
  /** Everything that is wrong with a configuration. */
  readonly problems: readonly ConfigProblem[] | undefined
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly exitCode: number
}

export function describeError(error: unknown): ErrorText {
  if (error instanceof Error && 'hint' in error && 'code' in error && typeof error.code === 'string') {
    const { code, message, hint } = error
    const exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1
    // A ConfigError has them, whose class is the runtime's, which is not loaded to look at an error; or a server's answer.
    const problems = 'problems' in error ? (error.problems as readonly ConfigProblem[] | undefined) : undefined
    return { code, message, hint: typeof hint === 'string' ? hint : undefined, problems, exitCode }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'CLI_INTERNAL',
    message: `RefBot failed in a way that it should not: ${message}`,
    hint: 'Run it again with --debug and report what it prints.',
    problems: undefined,
    exitCode: 1,
  }
}
