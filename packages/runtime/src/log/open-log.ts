import type { RefbotConfig } from '../config/index.ts'
import { LogBook, type LogOutput } from './log-book.ts'
import { Redactor } from './redactor.ts'
import { addSecrets } from './secrets.ts'

export interface OpenLogOptions {
  readonly output: LogOutput | undefined
  /** What must never be read in a log, besides all that the configuration refers to or could. */
  readonly secrets: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface OpenLog {
  readonly book: LogBook
  /** Goes on with another configuration: its level, and its secrets beside those that were. */
  apply(config: RefbotConfig): void
  /** Gives back a secret that is about to be used, of which no log tells from now on. */
  secret(value: string): string
}

/** The logs of a configuration's data directory. */
export function openLog(config: RefbotConfig, { output, secrets, env, now }: OpenLogOptions): OpenLog {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.add(secret)
  addSecrets(redactor, config, env)
  const { dataDir, logLevel: level } = config
  return {
    book: new LogBook({ dataDir, level, redactor, now, ...(output === undefined ? {} : { output }) }),
    apply(changed) {
      addSecrets(redactor, changed, env)
      this.book.level = changed.logLevel
    },
    secret(value) {
      redactor.add(value)
      return value
    },
  }
}
