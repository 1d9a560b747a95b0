import { constants } from 'node:os'

/** What can be told to stop. */
export interface Interruptible {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  exit(code: number): void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Tells of the first signal; the second ends the process at once. Keeps the process alive until it is disposed of. */
export function untilInterrupted(process: Interruptible): Disposable & { readonly signal: Promise<NodeJS.Signals> } {
  const first = Promise.withResolvers<NodeJS.Signals>()
  let seen = false
  const listener = (signal: NodeJS.Signals): void => {
    if (seen) process.exit(128 + constants.signals[signal])
    seen = true
    first.resolve(signal)
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  const hold = setInterval(() => undefined, 2 ** 30)
  return {
    signal: first.promise,
    [Symbol.dispose]() {
      clearInterval(hold)
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}
