import type { LogLine } from '@refbot/client'
import type { Output } from '../session.ts'
import { logText } from '../terminal/log-text.ts'
import type { Paint } from '../terminal/paint.ts'

/** Bytes that wait for a slow reader; what comes beyond them is in the file alone. */
const MAX_WAITING = 4 * 1024 * 1024

export interface ServerLogOutput {
  write(line: string): void
  /** The server has come up: what it said so far, and all that it says from now on. Of one that fails its error tells. */
  open(): void
}

/**
 * Where a server in the foreground says its log: pretty for somebody who watches, as it is for a program. A reader that
 * is slow or gone holds nothing up and ends nothing.
 */
export function logOutput(stdout: Output, paint: Paint): ServerLogOutput {
  let gone = false
  let held: string[] | undefined = []
  stdout.on('error', () => {
    gone = true
  })
  const write = (line: string): void => {
    if (held !== undefined) held.push(line)
    else if (!gone && stdout.writableLength <= MAX_WAITING) {
      stdout.write(stdout.isTTY === true ? `${logText(JSON.parse(line) as LogLine, paint)}\n` : line)
    }
  }
  return {
    write,
    open() {
      const lines = held ?? []
      held = undefined
      for (const line of lines) write(line)
    },
  }
}
