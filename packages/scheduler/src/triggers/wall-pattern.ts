import { Cron } from 'croner'
import { SchedulerError } from '../errors.ts'
import type { WallTime } from './zone.ts'

/** The wall-clock times that an expression names. It knows nothing of zones: they are mapped on top of it. */
export interface WallPattern {
  /** The first match after `wall`, to the second. */
  next(wall: WallTime): WallTime | undefined
  /** True where seconds, minutes or hours have a `*`, a range or a step: then a repeated hour repeats its firings. */
  readonly repeats: boolean
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

const NICKNAME_LIST = Object.keys(NICKNAMES).join(', ')

/** Reads an expression. @throws SchedulerError `INVALID_CRON` */
export function parseCron(expression: string): WallPattern {
  const text = expression.trim().toLowerCase()
  const plain = text.startsWith('@') ? NICKNAMES[text] : text
  if (plain === undefined) throw invalid(expression, `the nicknames are ${NICKNAME_LIST}`)
  const fields = plain.split(/\s+/)
  if (fields.length < 5 || fields.length > 7) {
    throw invalid(expression, `it has ${text === '' ? 0 : fields.length} fields, not 5, 6 or 7`)
  }
  const cron = arithmetic(expression, plain)
  const timeOfDay = fields.length === 5 ? fields.slice(0, 2) : fields.slice(0, 3)
  return {
    repeats: timeOfDay.some((field) => /[*?/-]/.test(field)),
    next: (wall) => cron.nextRun(new Date(wall))?.getTime(),
  }
}

/** Croner in a zone without changes, so that its results are wall time; it arms no timer while paused. */
function arithmetic(expression: string, plain: string): Cron {
  try {
    return new Cron(plain.toUpperCase(), { paused: true, utcOffset: 0, sloppyRanges: true })
  } catch (cause) {
    throw invalid(
      expression,
      cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : String(cause),
      cause,
    )
  }
}

function invalid(expression: string, why: string, cause?: unknown): SchedulerError {
  return new SchedulerError(
    'INVALID_CRON',
    `${JSON.stringify(expression.slice(0, 200))} is no cron expression: ${why}.`,
    'Write 5 fields (minute hour day month weekday), 6 with seconds first, or 7 with the year last.',
    { cause },
  )
}
