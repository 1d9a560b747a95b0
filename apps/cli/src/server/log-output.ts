import type { LogLine } from '@refbot/client'
import type { Output } from '../session.ts'
import { logText } from '../terminal/log-text.ts'
import type { Paint } from '../terminal/paint.ts'

/** Bytes that wait for a slow reader; what comes beyond them is in the file alone. */
const MAX_WAITING = 4 * 1024 * 1024

/**
 * Where a server in the foreground says its log: pretty for somebody who watches, as it is for a program. A reader that
 * is slow or gone holds nothing up and ends nothing.
 */
export function logOutput(stdout: Output, paint: Paint): { write(line: string): void } {
  let gone = false
  stdout.on('error', () => {
    gone = true
  })
  return {
    write(line) {
      if (gone || stdout.writableLength > MAX_WAITING) return
      stdout.write(stdout.isTTY === true ? `${logText(JSON.parse(line) as LogLine, paint)}\n` : line)
    },
  }
}
