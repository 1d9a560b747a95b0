import { constants } from 'node:os'

/** What can be told to stop, and can fail. */
export interface Interruptible {
  on(event: string, listener: (value: unknown) => void): unknown
  off(event: string, listener: (value: unknown) => void): unknown
  exit(code: number): void
}

/** Why a server ends. */
export type End =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** An error that nobody caught: what is in memory cannot be trusted any more. */
  | { readonly kind: 'failure'; readonly error: unknown }

/** What the process ends with after an error that nobody caught, or when it does not come to an end by itself. */
export const FAILED = 1

/** Longer than runs may take to end, be aborted and be killed: a stop that takes this long hangs, ms. */
const STOP_DEADLINE_MS = 45_000

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const FAILURES = ['uncaughtException', 'unhandledRejection'] as const

/**
 * Tells of the first signal or error that nobody caught. A signal after that ends the process at once, and so does a stop
 * that hangs. Keeps the process alive until it is disposed of.
 */
export function untilEnded(process: Interruptible): Disposable & { readonly end: Promise<End> } {
  const first = Promise.withResolvers<End>()
  let deadline: NodeJS.Timeout | undefined
  const begin = (end: End): void => {
    deadline ??= setTimeout(() => process.exit(FAILED), STOP_DEADLINE_MS).unref()
    first.resolve(end)
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (deadline !== undefined) process.exit(128 + constants.signals[signal])
    begin({ kind: 'signal', signal })
  }
  const onFailure = (error: unknown): void => begin({ kind: 'failure', error })
  const listeners = [
    ...SIGNALS.map((signal) => [signal, () => onSignal(signal)] as const),
    ...FAILURES.map((failure) => [failure, onFailure] as const),
  ]
  for (const [event, listener] of listeners) process.on(event, listener)
  const hold = setInterval(() => undefined, 2 ** 30)
  return {
    end: first.promise,
    [Symbol.dispose]() {
      clearInterval(hold)
      clearTimeout(deadline)
      for (const [event, listener] of listeners) process.off(event, listener)
    },
  }
}
